/// What a browser sends back of its cookies: RFC 6265 §4.2.
public enum CookieHeader {
    /// The value of the only cookie of this name; nil when there is none, or there are several, of which one may be somebody else's.
    /// - Parameter headers: the values of all `Cookie` headers of a request.
    public static func value(of name: String, in headers: [String]) -> String? {
        var found: [Substring] = []
        for header in headers {
            for pair in header.split(separator: ";") {
                let cookie = trimmed(pair)
                guard let equals = cookie.firstIndex(of: "="), cookie[..<equals] == name else { continue }
                found.append(cookie[cookie.index(after: equals)...])
            }
        }
        return found.count == 1 ? String(found[0]) : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}

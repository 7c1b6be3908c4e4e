import WebForms

/// A request for a page, as far as pages look at it.
struct PageRequest: Sendable {
    let method: String
    /// Without the query, which no page reads.
    let path: String
    /// By their names in lower case.
    let headers: [String: [String]]
    let body: [UInt8]
    /// The network address that it comes from.
    let client: String

    /// - Parameter target: the path with its query.
    init(method: String, target: String, headers: [(name: String, value: String)], body: [UInt8], client: String) {
        self.method = method
        path = String(target.prefix { $0 != "?" })
        self.headers = Dictionary(grouping: headers) { $0.name.lowercased() }.mapValues { same in same.map { $0.value } }
        (self.body, self.client) = (body, client)
    }

    /// The value of a header that is there once.
    private func only(_ name: String) -> String? {
        guard let values = headers[name], values.count == 1 else { return nil }
        return values[0]
    }

    /// What the browser proves its session with.
    var sessionToken: String? { CookieHeader.value(of: AccountCookie.name, in: headers["cookie"] ?? []) }

    /// True of a form that a page of somebody else sent, as far as the browser tells: a form for signing in has no token that would show
    /// it. Browsers say `Sec-Fetch-Site` (W3C, Fetch Metadata), older ones `Origin` alone (RFC 6454 §7).
    var comesFromElsewhere: Bool {
        if let sites = headers["sec-fetch-site"] {
            // `none`: the person asked for it, such as by loading the page again.
            guard sites == ["same-origin"] || sites == ["none"] else { return true }
            if headers["origin"] == ["null"] { return false }  // a browser that is told to say nothing of where it was
        }
        guard let origins = headers["origin"] else { return false }
        guard let host = only("host") else { return true }
        return origins.map { $0.lowercased() } != ["https://\(host.lowercased())"]
    }

    /// Whether the body is said to be a form's.
    var isForm: Bool {
        guard let type = only("content-type") else { return false }
        let parts = type.lowercased().split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { $0 != " " && $0 != "\t" }
        }
        return parts.first == "application/x-www-form-urlencoded" && parts.dropFirst().allSatisfy { $0 == "charset=utf-8" || $0.isEmpty }
    }
}

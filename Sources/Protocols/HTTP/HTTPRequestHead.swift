/// The request line and the fields before a body, read strictly: whoever writes them otherwise than RFC 9112 says is refused.
struct HTTPRequestHead: Sendable, Equatable {
    let method: String
    let host: String
    let path: String
    /// Octets of the body.
    let contentLength: Int
    let expectsContinue: Bool

    /// - Parameters:
    ///   - octets: without the empty line at the end.
    ///   - bodyLimit: octets that the body for a path may have.
    /// - Throws: the status to refuse the request with.
    init(parsing octets: ArraySlice<UInt8>, bodyLimit: (String) -> Int) throws(HTTPStatus) {
        var lines = try Self.lines(of: octets)[...]
        let words = (lines.popFirst() ?? []).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(\.isTokenOctet) else { throw .badRequest }
        method = String(decoding: words[0], as: UTF8.self)
        let version = String(decoding: words[2], as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else { throw .badRequest }
        guard words[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .badRequest }
        var target = String(decoding: words[1], as: UTF8.self)

        var fields = Fields()
        for line in lines { try fields.read(line) }
        guard fields.host != nil || version == "HTTP/1.0" else { throw .badRequest }  // RFC 9112 §3.2
        var host = fields.host ?? ""
        // A whole URI names the host too, and it is that which counts (RFC 9112 §3.2.2).
        for scheme in ["https://", "http://"] where target.lowercased().hasPrefix(scheme) {
            let rest = target.dropFirst(scheme.count)
            host = String(rest.prefix { $0 != "/" && $0 != "?" })
            target = String(rest.drop { $0 != "/" && $0 != "?" })
            if !target.hasPrefix("/") { target = "/" + target }
        }
        guard target.hasPrefix("/") else { throw .badRequest }
        path = String(target.prefix { $0 != "?" })
        self.host = try Self.name(of: host)
        contentLength = fields.contentLength ?? 0
        guard contentLength <= bodyLimit(path) else { throw .contentTooLarge }
        expectsContinue = fields.expectsContinue && version == "HTTP/1.1"  // RFC 9110 §10.1.1
    }

    private struct Fields {
        var host: String?
        var contentLength: Int?
        var expectsContinue = false

        mutating func read(_ line: ArraySlice<UInt8>) throws(HTTPStatus) {
            // Neither a blank before the colon, nor a line that goes on with the one before (RFC 9112 §5.1, §5.2).
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line[..<colon].allSatisfy(\.isTokenOctet)
            else { throw .badRequest }
            let blank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            let octets = line[line.index(after: colon)...].drop(while: blank)
            let value = String(decoding: octets, as: UTF8.self)
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "host":
                guard host == nil else { throw .badRequest }
                host = value.trimmingBlanks
            case "content-length":
                let digits = value.trimmingBlanks
                guard contentLength == nil, !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    throw .badRequest
                }
                contentLength = Int(digits) ?? .max
            // Without it there is one way only to tell where a body ends.
            case "transfer-encoding": throw .badRequest
            case "expect": expectsContinue = value.trimmingBlanks.lowercased() == "100-continue"
            default: break
            }
        }
    }

    private static func lines(of octets: ArraySlice<UInt8>) throws(HTTPStatus) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = [], start = octets.startIndex, place = octets.startIndex
        while place < octets.endIndex {
            switch octets[place] {
            case 0x0D:
                guard place + 1 < octets.endIndex, octets[place + 1] == 0x0A else { throw .badRequest }
                lines.append(octets[start..<place])
                place += 2
                start = place
            case 0x09, 0x20...0x7E, 0x80...0xFF: place += 1
            default: throw .badRequest  // line feeds without their carriage return among them
            }
        }
        lines.append(octets[start...])
        return lines
    }

    /// Without port and final dot. An IPv6 address keeps its brackets.
    private static func name(of authority: String) throws(HTTPStatus) -> String {
        // Before lower case makes ASCII of the Kelvin sign.
        guard authority.utf8.count <= 300, authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#@\\".utf8.contains($0) }) else {
            throw .badRequest
        }
        var name = authority.lowercased()
        let end = name.lastIndex(of: "]") ?? name.startIndex
        if let colon = name[end...].lastIndex(of: ":") {
            guard name[name.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .badRequest }
            name = String(name[..<colon])
        }
        if name.hasSuffix(".") { name.removeLast() }
        return name
    }
}

extension UInt8 {
    /// Of methods and field names: RFC 9110 §5.6.2.
    fileprivate var isTokenOctet: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var rest = self[...].drop(while: blank)
        while let last = rest.last, blank(last) { rest.removeLast() }
        return String(rest)
    }
}

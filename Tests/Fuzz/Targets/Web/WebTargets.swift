import HTTP
import MailSettings

extension FuzzTarget {
    /// What comes over HTTPS.
    static let web: [FuzzTarget] = [
        FuzzTarget("web-request", WebRequests.check), FuzzTarget("web-address", WebRequests.checkAddress),
        FuzzTarget("web-answer", WebAnswers.check), FuzzTarget("web-policy", WebAnswers.checkPolicy),
        FuzzTarget("web-settings", WebAnswers.checkSettings), FuzzTarget("web-form", BrowserInput.checkForm),
        FuzzTarget("web-cookie", BrowserInput.checkCookie),
    ]
}

/// Requests are read the same however they are cut, and what they name has no octet that an answer, a log or a look-up could stumble over.
enum WebRequests {
    static func check(_ input: [UInt8]) throws {
        let whole = read([input[...]])
        for way in Pieces.ways(input) { try promiseEqual(read(way), whole, "a cut matters in \(shown(input))") }
        guard case .request(let request) = whole else { return }
        try promise(request.body.count <= HTTPRequestReader.bodyLimit, "a body is too large")
        try promise(request.path.hasPrefix("/") && !request.path.contains("?"), "a path is none: \(request.path)")
        try promise((request.path + request.host + request.method).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a blank came through")
        try promise(request.host == request.host.lowercased() && request.host.utf8.count <= 300, "a host is none: \(request.host)")
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> HTTPRequestReader.Outcome {
        var reader = HTTPRequestReader()
        for piece in pieces {
            switch reader.receive(piece) {
            case .incomplete, .awaitsContinue: break
            case let outcome: return outcome
            }
        }
        return .incomplete
    }

    /// The document as it is; and the address in a document of its own, which must stay one.
    static func checkAddress(_ input: [UInt8]) throws {
        guard let address = OutlookSettings.address(inRequest: input) else { return }
        try promise(address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && address.utf8.count <= 320, "no address: \(shown(input))")
        let services = OfferedService.all(at: ["imaps": 993])
        let plain = OutlookSettings.xml(host: "h.example", services: services, address: "x@h.example")
        let xml = OutlookSettings.xml(host: "h.example", services: services, address: address)
        for sign in "<>\"".utf8 {
            try promiseEqual(count(sign, in: xml), count(sign, in: plain), "an address is more than text: \(address)")
        }
    }

    private static func count(_ octet: UInt8, in text: String) -> Int { text.utf8.count { $0 == octet } }
}

/// What other web servers answer is read the same however it is cut, and is never more than its reader asked for.
enum WebAnswers {
    private static let limit = 64

    static func check(_ input: [UInt8]) throws {
        let whole = read([input[...]])
        for way in Pieces.ways(input) { try promiseEqual(read(way), whole, "a cut matters in \(shown(input))") }
        guard case .success(let answer) = whole else { return }
        try promise(answer.body.count <= limit && (200...599).contains(answer.status), "an answer is none: \(answer)")
        try promise(!answer.contentType.utf8.contains(0x0A), "a field has two lines")
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> Result<HTTPAnswer, HTTPAnswerMistake> {
        Result { () throws(HTTPAnswerMistake) in
            var reader = HTTPAnswerReader(bodyLimit: limit)
            for piece in pieces { if let answer = try reader.receive(piece) { return answer } }
            return try reader.finish()
        }
    }

    static func checkPolicy(_ input: [UInt8]) throws {
        guard let policy = PublishedPolicy(input) else { return }
        try promise((0...31_557_600).contains(policy.maximumAge), "an age is none: \(policy.maximumAge)")
        try promise(policy.mode == .off || !policy.mailHosts.isEmpty, "a policy lists no host")
        for host in policy.mailHosts { try promise(!host.contains("\n") && !host.contains("\r"), "a host has two lines") }
    }

    /// What is read as one kind is none of the other.
    static func checkSettings(_ input: [UInt8]) throws {
        let mozillas = PublishedSettings(thunderbird: input, domain: "a.example"), outlooks = PublishedSettings(outlook: input)
        try promise(mozillas == nil || outlooks == nil, "a document is of two kinds")
        try promise((mozillas ?? outlooks)?.servers.count ?? 0 <= input.count, "more servers than octets")
    }
}

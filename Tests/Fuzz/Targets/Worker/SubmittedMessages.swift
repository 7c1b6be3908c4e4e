import SMTP
import TenantWorker

/// Messages as mail programs hand them in: what is to go is gone, what lacked is there once, and all else stays octet by octet.
enum SubmittedMessages {
    private static let unwanted: Set<String> = ["bcc", "resent-bcc", "return-path"]

    static func check(_ input: [UInt8]) throws {
        guard let sender = SMTP.EnvelopeAddress(parsing: Array("ann@a.example".utf8)) else { return }
        let message = SubmittedMessage(input)
        let before = HeaderScan(input)
        let (header, body) = message.completed(received: Array("Received: by mx\r\n".utf8), sender: sender, messageID: "1")
        try promise(header.count <= input.count + 400, "a header of \(header.count) octets")
        try promiseEqual(body, Array(input[before.end...]), "the body")
        guard input.count < HeaderScan.limit / 2 else { return }  // a longer header is not read to its end

        let whole = header + body, after = HeaderScan(whole)
        try promise(after.hasBlankLine || body.isEmpty, "nothing parts header and body")
        try promise(after.fields.allSatisfy { !unwanted.contains($0.name) }, "what was to go is there")
        for name in ["from", "date", "message-id"] {
            try promiseEqual(after.fields(named: name).count, max(1, before.fields(named: name).count), "how many \(name) there are")
        }
        let kept = before.fields.filter { !unwanted.contains($0.name) }.flatMap { input[$0.range] }
        let end = after.fields.suffix(before.fields.count { !unwanted.contains($0.name) }).flatMap { whole[$0.range] }
        try promise(end.starts(with: kept) && end.count <= kept.count + 2, "a field is \(shown(end)), and was \(shown(kept))")
    }
}

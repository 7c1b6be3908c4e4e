import SMTP

/// A client against any server's octets: it always ends, says the same however they come, and tells of each recipient.
enum SMTPClientSession {
    static func check(_ input: [UInt8]) throws {
        let configurations = [
            SMTPClient.Configuration(name: "a.example"), SMTPClient.Configuration(name: "a.example", encryption: .whenOffered),
            SMTPClient.Configuration(name: "a.example", encryption: .required), SMTPClient.Configuration(name: "a.example", isLMTP: true),
        ]
        for configuration in configurations {
            for requests in [[SMTPClient.Request.open, .transaction(envelope, message), .transaction(envelope, message), .quit], singly] {
                var first: [SMTPClient.Step]?
                for pieces in Pieces.ways(input) {
                    let steps = try run(requests, configuration, pieces)
                    try promiseEqual(steps, first ?? steps, "what the client does depends on the pieces")
                    first = steps
                }
            }
        }
    }

    private static let message = Array("Subject: \u{E9}\r\n\r\n.dot\r\n".utf8)
    private static let envelope = SMTPEnvelope(
        mail: MailCommand(reversePath: .null, usesUTF8: true),
        recipients: ["b@b.example", "c@c.example", "d@d.example"].compactMap(EnvelopeAddress.init)
            .map { RcptCommand(path: .address($0), notify: .failure) })
    private static let singly: [SMTPClient.Request] =
        [.open, .mail(envelope.mail)] + envelope.recipients.map { .rcpt($0) } + [.data(message), .reset, .quit]

    /// What it sent and how each request ended; receiving and the cuts between them left out.
    private static func run(
        _ requests: [SMTPClient.Request], _ configuration: SMTPClient.Configuration, _ pieces: [ArraySlice<UInt8>]
    ) throws -> [SMTPClient.Step] {
        var client = SMTPClient(configuration)
        var unread = pieces[...]
        var steps: [SMTPClient.Step] = []
        for request in requests {
            client.begin(request)
            var isDone = false
            while !isDone {
                let step = client.next()
                if step != .receive { steps.append(step) }
                try promise(steps.count < 1_000, "the client goes on for ever")
                switch step {
                case .send(let bytes): try promise(!bytes.isEmpty, "nothing was sent")
                case .receive: if let piece = unread.popFirst() { client.feed(piece) } else { client.peerEnded() }
                case .startTLS: return steps  // what came with the go-ahead is thrown away, so from here on the pieces matter
                case .done(let outcome):
                    isDone = true
                    if case .failed = outcome { return steps }
                    try check(outcome, of: request)
                }
            }
        }
        return steps
    }

    private static func check(_ outcome: SMTPClient.Outcome, of request: SMTPClient.Request) throws {
        switch (request, outcome) {
        case (.open, .opened), (.mail, .reply), (.rcpt, .reply), (.reset, .reply), (.quit, .reply): break
        case (.data, .message(let replies)): try promise(!replies.isEmpty, "no reply to the message")
        case (.transaction(let envelope, _), .transaction(let replies)):
            try promiseEqual(replies.count, envelope.recipients.count, "replies and recipients")
        default: throw BrokenPromise(description: "\(outcome) is no end of the request")
        }
    }
}

import SMTP

/// A server's replies as a client reads them: in any pieces the same, bounded, and fit to be passed on.
enum SMTPReplies {
    static func check(_ input: [UInt8]) throws {
        var first: [ReplyParser.Outcome]?
        for pieces in Pieces.ways(input) {
            let outcomes = read(pieces)
            try promiseEqual(outcomes, first ?? outcomes, "the replies depend on the pieces")
            first = outcomes
        }
        for case .reply(let reply) in first ?? [] {
            try checkWritten(reply)
            // Written once, it has lost what no line may hold; from then on it stays as it is.
            guard case .reply(let passed) = read([reply.bytes[...]]).first else {
                throw BrokenPromise(description: "a reply that cannot be read again: \(shown(reply.bytes))")
            }
            try promiseEqual(passed.code, reply.code, "the code of a reply passed on")
            try promiseEqual(read([passed.bytes[...]]), [.reply(passed)], "a reply passed on twice")
            _ = SMTPCapabilities(reply: reply).maximumMessageSize
        }
    }

    /// RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets; none ends early.
    static func checkWritten(_ reply: Reply) throws {
        let lines = reply.bytes.split(separator: 10, omittingEmptySubsequences: false)
        try promise(lines.last?.isEmpty == true && lines.count >= 2, "a reply that does not end with CRLF: \(shown(reply.bytes))")
        for line in lines.dropLast() {
            try promise(line.count <= 511, "a reply line of \(line.count + 1) octets")
            try promise(line.last == 13 && !line.dropLast().contains { $0 < 32 || $0 == 127 }, "a control character: \(shown(line))")
        }
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> [ReplyParser.Outcome] {
        var parser = ReplyParser()
        var outcomes: [ReplyParser.Outcome] = []
        for piece in pieces {
            parser.feed(piece)
            reading: while true {
                let outcome = parser.next()
                switch outcome {
                case .needsMore: break reading
                case .malformed: return outcomes + [outcome]
                case .reply: outcomes.append(outcome)
                }
            }
        }
        return outcomes
    }
}

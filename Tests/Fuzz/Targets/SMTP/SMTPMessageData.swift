import SMTP

/// DATA: the input is what a client sends behind it. Held against a decoder that looks for the end first and then thinks in lines.
enum SMTPMessageData {
    static func check(_ input: [UInt8]) throws {
        let expected = expectation(of: input)
        for pieces in Pieces.ways(input) {
            let (delivered, rest) = try receive(pieces)
            try promiseEqual(delivered, expected.message, "what was delivered")
            if expected.end != nil { try promiseEqual(rest, Array(input[(expected.end ?? 0)...]), "what is left for commands") }
        }
        // And back: any clean message, stuffed, is itself again.
        guard isClean(input) else { return }
        var stuffing = DotStuffing()
        let sent = Pieces.random(input).flatMap { stuffing.encode($0) } + stuffing.ending
        let whole = input.isEmpty || input.last == 10 ? input : input + [13, 10]
        try promiseEqual(try receive([sent[...]]).delivered, whole, "a message stuffed and unstuffed")
    }

    /// CR and LF only together, and no NUL.
    static func isClean(_ message: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in message {
            if byte == 0 || (previous == 13) != (byte == 10) { return false }
            previous = byte
        }
        return previous != 13
    }

    /// RFC 5321 §4.5.2, the slow way: the message behind the first line that is only a dot; nil where there is none or it is not clean.
    private static func expectation(of input: [UInt8]) -> (message: [UInt8]?, end: Int?) {
        let text: [UInt8] = [13, 10] + input
        let mark: [UInt8] = [13, 10, 46, 13, 10]
        guard let start = text.indices.first(where: { text[$0...].starts(with: mark) }) else { return (nil, nil) }
        let end = start + mark.count - 2
        let stuffed = Array(input[..<(end - 3)])
        guard isClean(stuffed) else { return (nil, end) }
        var message: [UInt8] = []
        for (index, byte) in stuffed.enumerated() {
            if byte == 46, index == 0 || stuffed[index - 1] == 10 { continue }
            message.append(byte)
        }
        return (message, end)
    }

    private static func receive(_ pieces: [ArraySlice<UInt8>]) throws -> (delivered: [UInt8]?, rest: [UInt8]) {
        var configuration = SMTPServerConfiguration(door: .transport, hostname: "mx.example")
        configuration.maximumHops = .max
        var server = SMTPServer(configuration)
        server.feed(Array("EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n".utf8))
        var delivered: [UInt8]?
        var rest: [UInt8] = []
        var hasEnded = false
        func proceed() throws {
            while !hasEnded, let action = server.next() {
                switch action {
                case .checkSender: server.answer(.senderChecked(nil))
                case .checkRecipient: server.answer(.recipientChecked(nil))
                case .deliver(_, let message):
                    delivered = message
                    hasEnded = true
                case .reply(let reply): hasEnded = reply.isPermanent  // the message was refused
                case .authenticate, .startTLS, .abandon, .close: throw BrokenPromise(description: "\(action) in DATA")
                }
            }
        }
        try proceed()
        for piece in pieces {
            if hasEnded {
                rest += piece
            } else {
                server.feed(Array(piece))
                try proceed()
                if hasEnded { rest += server.takeUnread() }
            }
        }
        return (delivered, rest)
    }
}

/// BDAT: the input is cut into chunks, and the message is they, byte for byte; or it is refused.
enum SMTPMessageChunks {
    static func check(_ input: [UInt8]) throws {
        var configuration = SMTPServerConfiguration(door: .transport, hostname: "mx.example")
        configuration.maximumMessageSize = 2_000
        configuration.maximumHops = .max
        let opening = Array("EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\n".utf8)
        var sent = opening
        for chunk in Pieces.random(input) { sent += Array("BDAT \(chunk.count)\r\n".utf8) + chunk }
        sent += Array("BDAT 0 LAST\r\nNOOP\r\n".utf8)
        var first: [SMTPSession.Action]?
        for pieces in Pieces.ways(sent) {
            let actions = try SMTPServerSession.run(pieces, configuration, stopsAtTLS: true)
            try promiseEqual(actions, first ?? actions, "the actions depend on the pieces")
            first = actions
        }
        let messages = (first ?? []).compactMap { action -> [UInt8]? in if case .deliver(_, let message) = action { message } else { nil } }
        let fits = input.count <= 2_000 && SMTPMessageData.isClean(input)
        try promiseEqual(messages, fits ? [input] : [], "what was delivered")
        // Who sends more in vain than a message may have is not listened to.
        let last = (first ?? []).last
        try promise(last == .reply(.ok) || last == .close && input.count > 2_000, "what comes behind the last chunk: \(last as Any)")
    }
}

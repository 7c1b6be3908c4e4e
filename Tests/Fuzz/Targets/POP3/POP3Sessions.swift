import POP3

/// Both states of a POP3 session: the same in any pieces, and every answer is one.
enum POP3Sessions {
    static func checkLogin(_ input: [UInt8]) throws {
        for isEncrypted in [false, true] {
            let configuration = POP3Authorization.Configuration(hostname: "mx.example", offersSTLS: true, isEncrypted: isEncrypted)
            var first: [POP3Authorization.Action]?
            for pieces in Pieces.ways(input) {
                let actions = try login(pieces, configuration, stopsAtTLS: true)
                try promiseEqual(actions, first ?? actions, "the actions depend on the pieces")
                first = actions
            }
            _ = try login(Pieces.lines(input), configuration, stopsAtTLS: false)
        }
    }

    private static func login(
        _ pieces: [ArraySlice<UInt8>], _ configuration: POP3Authorization.Configuration, stopsAtTLS: Bool
    ) throws -> [POP3Authorization.Action] {
        var session = POP3Authorization(configuration)
        var actions: [POP3Authorization.Action] = []
        for piece in pieces {
            session.feed(piece)
            while let action = session.next() {
                try promise(actions.last != .close, "an action after the end: \(action)")
                actions.append(action)
                switch action {
                case .send(let answer): try check(answer)
                case .startTLS:
                    if stopsAtTLS { return actions }
                    session.tlsStarted()
                case .authenticate(let credentials):
                    try promise(configuration.isEncrypted || !stopsAtTLS, "a login in the clear")
                    switch credentials.password.utf8.first {
                    case UInt8(ascii: "x"): session.answer(.refused)
                    case UInt8(ascii: "u"): session.answer(.unavailable)
                    default: session.answer(.handedOver)
                    }
                case .close: break
                }
            }
        }
        return actions
    }

    static func checkMaildrop(_ input: [UInt8]) throws {
        var first: [POP3Transaction.Action]?
        for pieces in Pieces.ways(input) {
            var session = POP3Transaction(messages: (1...3).map { POP3Transaction.Message(octets: 100 << $0, uniqueID: "id-\($0)") })
            var actions: [POP3Transaction.Action] = []
            for piece in pieces {
                session.feed(piece)
                while let action = session.next() {
                    try promise(actions.last != .close, "an action after the end: \(action)")
                    actions.append(action)
                    switch action {
                    case .send(let answer): try check(answer)
                    case .retrieve(let index, let lines):
                        try promise((0..<3).contains(index) && (lines ?? 0) >= 0, "message \(index), \(lines ?? 0) lines")
                    case .update(let deleted):
                        try promise(deleted == deleted.sorted() && Set(deleted).isSubset(of: 0..<3), "deleted: \(deleted)")
                        session.updated(deleted.count != 2)
                    case .close: break
                    }
                }
            }
            try promiseEqual(actions, first ?? actions, "the actions depend on the pieces")
            first = actions
        }
    }

    /// RFC 1939 §3: lines of at most 512 octets.
    private static func check(_ answer: [UInt8]) throws {
        try promise(["+OK", "-ERR", "+ "].contains { answer.starts(with: $0.utf8) }, "an answer that is none: \(shown(answer))")
        for line in answer.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
            try promise(line.last == 13 && !line.dropLast().contains { $0 < 32 || $0 == 127 }, "a control character: \(shown(answer))")
            try promise(line.count <= 511, "a line of \(line.count + 1) octets")
        }
        try promise(answer.last == 10, "an answer without its end")
    }
}

/// What RETR and TOP send is the message, or its beginning, once the dots are taken out again.
enum POP3Messages {
    static func check(_ input: [UInt8]) throws {
        for lines in [nil, 0, 1, 3] {
            var encoder = POP3MessageEncoder(input, bodyLines: lines)
            var sent: [UInt8] = []
            while let piece = encoder.next() {
                try promise(!piece.isEmpty, "an empty piece")
                sent += piece
            }
            var shownLines = sent.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
            try promise(shownLines.popLast()?.isEmpty == true && shownLines.popLast() == Array(".\r".utf8), "no end: \(shown(sent))")
            try promise(!shownLines.contains(Array(".\r".utf8)), "an end before the end: \(shown(sent))")
            let message = shownLines.flatMap { ($0.first == UInt8(ascii: ".") ? Array($0.dropFirst()) : $0) + [10] }
            let expected = lines.map { top(input, $0) } ?? input
            try promise(message == expected || message == expected + [13, 10], "\(shown(input)) became \(shown(message))")
        }
    }

    private static func top(_ message: [UInt8], _ lines: Int) -> [UInt8] {
        var all = message.split(separator: 10, omittingEmptySubsequences: false).map { $0 + [10] }
        if all.last == [10] { all.removeLast() } else { all[all.count - 1].removeLast() }
        guard let blank = all.firstIndex(where: { $0 == [10] || $0 == [13, 10] || $0 == [13] }) else { return message }
        return Array(all.prefix(blank + 1 + lines).joined())
    }
}

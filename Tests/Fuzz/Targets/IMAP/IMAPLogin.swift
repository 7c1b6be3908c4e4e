import IMAP
import SASL

/// The session up to the login: the same in any pieces, every answer a line, nothing behind the end.
enum IMAPLogin {
    static func check(_ input: [UInt8]) throws {
        let policies = [
            IMAPGreeter.Policy(hostname: "mx.example", offersTLS: true, isEncrypted: false, allowsPlaintextLogin: false, nonsense: 5),
            IMAPGreeter.Policy(hostname: "mx.example", offersTLS: true, isEncrypted: true, allowsPlaintextLogin: false, nonsense: 5),
        ]
        for policy in policies {
            var first: [IMAPGreeter.Action]?
            for pieces in Pieces.ways(input) {
                let actions = try run(pieces, policy, stopsAtTLS: true)
                try promiseEqual(actions, first ?? actions, "the actions depend on the pieces")
                first = actions
            }
            _ = try run(Pieces.lines(input), policy, stopsAtTLS: false)
        }
    }

    private static func run(
        _ pieces: [ArraySlice<UInt8>], _ policy: IMAPGreeter.Policy, stopsAtTLS: Bool
    ) throws -> [IMAPGreeter.Action] {
        var greeter = IMAPGreeter(policy: policy)
        var actions: [IMAPGreeter.Action] = []
        for piece in pieces {
            var rest = piece
            while greeter.takesInput, !rest.isEmpty {
                let before = rest.count
                for action in greeter.receive(&rest) {
                    actions.append(action)
                    switch action {
                    case .reply(let line): try checkReply(line)
                    case .startTLS:
                        if stopsAtTLS { return actions }
                        greeter.tlsStarted()
                    case .authenticate(let credentials, let tag):
                        try promise(!tag.isEmpty && !credentials.password.isEmpty, "a login without a tag or a password")
                        try promise(policy.isEncrypted || !stopsAtTLS, "a login in the clear")
                        actions += greeter.loginFinished(outcome(credentials))
                    case .handOver, .close: break
                    }
                }
                try promise(rest.count < before, "nothing was taken")
            }
        }
        return actions
    }

    private static func outcome(_ credentials: SASLCredentials) -> IMAPGreeter.LoginOutcome {
        switch credentials.password.utf8.first {
        case UInt8(ascii: "x"): .refused
        case UInt8(ascii: "u"): .unavailable
        default: .accepted
        }
    }

    private static func checkReply(_ reply: [UInt8]) throws {
        try promise(reply.count >= 4 && reply.suffix(2) == [13, 10], "a reply without its end: \(shown(reply))")
        try promise(reply.dropLast(2).allSatisfy { (32...126).contains($0) }, "a line in a line: \(shown(reply))")
    }
}

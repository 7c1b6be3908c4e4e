import SASL
import SMTP

/// A whole session of each door: what is done does not depend on how the octets were cut, replies are replies, and no limit is passed.
enum SMTPServerSession {
    static func check(_ input: [UInt8]) throws {
        for door in [SMTPDoor.transport, .submission, .lmtp, .relay] {
            let configuration = configuration(door)
            var first: [SMTPSession.Action]?
            for pieces in Pieces.ways(input) {
                let actions = try run(pieces, configuration, stopsAtTLS: true)
                try promiseEqual(actions, first ?? actions, "the \(door) door's actions depend on the pieces")
                first = actions
            }
            // Beyond TLS, line by line: what comes with STARTTLS is thrown away, so here the pieces do matter.
            _ = try run(Pieces.lines(input), configuration, stopsAtTLS: false)
        }
    }

    static func configuration(_ door: SMTPDoor) -> SMTPServerConfiguration {
        var configuration = SMTPServerConfiguration(door: door, hostname: "mx.example")
        configuration.maximumMessageSize = 500
        configuration.maximumRecipients = 3
        configuration.maximumHops = 2
        configuration.maximumRefusedRecipients = 3
        configuration.offersStartTLS = door == .transport
        configuration.isEncrypted = door == .submission
        return configuration
    }

    static func run(
        _ pieces: [ArraySlice<UInt8>], _ configuration: SMTPServerConfiguration, stopsAtTLS: Bool
    ) throws -> [SMTPSession.Action] {
        var server = SMTPServer(configuration)
        var actions: [SMTPSession.Action] = []
        var hasClosed = false
        for piece in pieces {
            server.feed(Array(piece))
            while let action = server.next() {
                try promise(!hasClosed, "an action after the end: \(action)")
                if stopsAtTLS, case .startTLS = action { return actions }
                actions.append(action)
                hasClosed = action == .close
                try check(action, configuration)
                if let answer = answer(to: action, door: configuration.door) { server.answer(answer) }
            }
        }
        return actions
    }

    private static func check(_ action: SMTPSession.Action, _ configuration: SMTPServerConfiguration) throws {
        switch action {
        case .reply(let reply): try SMTPReplies.checkWritten(reply)
        case .deliver(let envelope, let message):
            try promise(Int64(message.count) <= configuration.maximumMessageSize, "a message above the limit")
            try promise((1...configuration.maximumRecipients).contains(envelope.recipients.count), "the number of recipients")
            try promise(SMTPMessageData.isClean(message), "a message with a bare line end or a NUL")
        case .authenticate(let credentials):
            let parts = [credentials.authorization, credentials.authentication, credentials.password]
            try promise(parts.allSatisfy { $0.utf8.count <= SASLCredentials.partLimit }, "long credentials")
        case .startTLS, .checkSender, .checkRecipient, .abandon, .close: break
        }
    }

    /// Answers that follow from the question, so that every run gets the same ones.
    private static func answer(to action: SMTPSession.Action, door: SMTPDoor) -> SMTPSession.Event? {
        switch action {
        case .authenticate(let credentials):
            switch credentials.password.utf8.first {
            case UInt8(ascii: "x"): .authentication(.refused)
            case UInt8(ascii: "u"): .authentication(.unavailable)
            case UInt8(ascii: "h"): .authentication(.handedOver)
            default: .authentication(.accepted)
            }
        case .startTLS: .tlsStarted
        case .checkSender(let mail): .senderChecked(mail.reversePath.description.hasPrefix("x") ? .localError : nil)
        case .checkRecipient(let recipient): .recipientChecked(recipient.path.description.hasPrefix("x") ? .badSequence : nil)
        case .deliver(let envelope, _):
            .delivered(door == .lmtp ? envelope.recipients.map { _ in .messageAccepted } : [.messageAccepted])
        case .reply, .abandon, .close: nil
        }
    }
}

import SASL
import SMTP

/// Plays a driver for `SMTPServer`: answers its questions like a small site would, and keeps what it says and delivers.
struct Site {
    var server: SMTPServer
    var said = ""
    var delivered: [(envelope: SMTPEnvelope, message: [UInt8])] = []
    var abandoned = 0
    var closed = false
    var logins: [SASLCredentials] = []
    /// Replies to `deliver`, one for each recipient at the LMTP door.
    var deliveryReplies: (SMTPEnvelope) -> [Reply] = { _ in [.messageAccepted] }

    init(_ configuration: SMTPServerConfiguration) {
        server = SMTPServer(configuration)
        work()
    }

    init(door: SMTPDoor, change: (inout SMTPServerConfiguration) -> Void = { _ in }) {
        var configuration = SMTPServerConfiguration(door: door, hostname: "mx.example")
        change(&configuration)
        self.init(configuration)
    }

    mutating func hear(_ text: String, inPiecesOf size: Int = .max) { hear(Array(text.utf8), inPiecesOf: size) }

    mutating func hear(_ bytes: [UInt8], inPiecesOf size: Int = .max) {
        var start = 0
        while start < bytes.count {
            let end = size == .max ? bytes.count : min(start + size, bytes.count)
            server.feed(Array(bytes[start..<end]))
            work()
            start = end
        }
    }

    private mutating func work() {
        while let action = server.next() {
            switch action {
            case .reply(let reply): said += String(decoding: reply.bytes, as: UTF8.self)
            case .authenticate(let credentials):
                logins.append(credentials)
                server.answer(.authentication(credentials.password == "secret" ? .accepted : .refused))
            case .startTLS: server.answer(.tlsStarted)
            case .checkSender(let mail):
                server.answer(.senderChecked(mail.reversePath.description.hasPrefix("evil@") ? Reply(550, "5.7.1", "Not you") : nil))
            case .checkRecipient(let recipient):
                server.answer(
                    .recipientChecked(recipient.path.description.hasPrefix("nobody@") ? Reply(550, "5.1.1", "No such user") : nil))
            case .deliver(let envelope, let message):
                delivered.append((envelope, message))
                server.answer(.delivered(deliveryReplies(envelope)))
            case .abandon: abandoned += 1
            case .close: closed = true
            }
        }
    }

    /// What was said since the last call, with each line cut to its code and enhanced code.
    mutating func codes() -> [String] {
        defer { said = "" }
        return said.split(separator: "\r\n").map { line in
            let words = line.split(separator: " ")
            if words.count > 1, words[1].split(separator: ".").count == 3, words[1].first?.isNumber == true {
                return "\(words[0]) \(words[1])"
            }
            return String(line.prefix(4)).trimmed
        }
    }
}

extension String {
    var trimmed: String { last == " " ? String(dropLast()) : self }
    var octets: [UInt8] { Array(utf8) }
}

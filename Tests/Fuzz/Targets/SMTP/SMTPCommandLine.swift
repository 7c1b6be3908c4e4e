import SMTP

/// One command line: what was read, written again, reads as the same.
enum SMTPCommandLine {
    static func check(_ input: [UInt8]) throws {
        guard let command = try? SMTPCommand(parsing: input[...]) else { return }
        switch command {
        case .mail(let mail):
            try promiseEqual(try reread(mail.line), command, "MAIL written again")
            try promise((mail.size ?? 0) >= 0, "a negative size")
        case .rcpt(let recipient): try promiseEqual(try reread(recipient.line), command, "RCPT written again")
        case .helo(let name), .ehlo(let name), .lhlo(let name):
            try promise((1...255).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 32 && $0 != 127 }, "a client's name: \(name)")
        case .bdat(let size, _): try promise(size >= 0, "a negative chunk")
        case .auth(_, .octets(let octets)): try promise(octets.count <= input.count, "more octets than were sent")
        case .auth, .data, .rset, .noop, .quit, .startTLS, .vrfy, .expn, .help: break
        }
    }

    private static func reread(_ line: String) throws -> SMTPCommand {
        let bytes = Array(line.utf8)
        let isLine = bytes.suffix(2) == [13, 10] && !bytes.dropLast(2).contains { $0 < 32 || $0 == 127 }
        try promise(isLine, "a line in a line: \(shown(bytes))")
        do throws(SMTPSyntaxError) {
            return try SMTPCommand(parsing: bytes.dropLast(2))
        } catch {
            throw BrokenPromise(description: "\(shown(bytes)) is not understood: \(error)")
        }
    }
}

/// Addresses, delivery ids and xtext on their own.
enum SMTPAddress {
    static func check(_ input: [UInt8]) throws {
        if let address = EnvelopeAddress(parsing: input) {
            try promiseEqual(EnvelopeAddress(address.description), address, "an address written again")
            try promise((1...64).contains(address.localPart.utf8.count), "the local part's length")
            try promise((1...255).contains(address.domain.utf8.count), "the domain's length")
            try promise(address.description.utf8.allSatisfy { $0 >= 32 && $0 != 127 }, "a control character in an address")
            try promise(address.domain.utf8.allSatisfy { $0 > 32 && !"<>,;\"\\()@".utf8.contains($0) }, "a domain that could end a path")
            try promiseEqual(EnvelopeAddress(address.description)?.description, address.description, "written twice")
        }
        if let text = XText.decode(input) {
            try promiseEqual(XText.decode(XText.encode(text).utf8), text, "xtext written again")
            try promise(text.utf8.allSatisfy { (32...126).contains($0) }, "xtext of more than printable ASCII")
        }
        let text = String(decoding: input, as: UTF8.self)
        if text.utf8.allSatisfy({ (32...126).contains($0) }) {
            try promiseEqual(XText.decode(XText.encode(text).utf8), text, "text as xtext")
        }
        if let id = DeliveryID(hexadecimal: input) { try promiseEqual(DeliveryID(id.description), id, "a delivery id written again") }
        if let notify = RcptCommand.Notify(input) {
            try promiseEqual(RcptCommand.Notify(notify.description.utf8), notify, "NOTIFY written again")
        }
        if let path = ReversePath(text: text) {
            try promiseEqual(ReversePath(text: path.description), path, "a reverse-path written again")
        }
    }
}

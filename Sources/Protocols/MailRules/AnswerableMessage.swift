import MIME
import SMTP

/// A message that an automatic reply may answer, as its envelope and header say: not another program's, not a list's, not nobody's.
///
/// - Source: RFC 3834 §2, RFC 5230 §4.5 and §4.6.
package struct AnswerableMessage {
    /// Whom the reply goes to: the reverse-path (RFC 3834 §4).
    package let sender: SMTP.EnvelopeAddress
    /// Those that its header says it is for.
    package let addressees: [(localPart: String, domain: String)]
    /// For In-Reply-To, and for References before the message's own.
    package let messageID: [UInt8]?
    package let references: [[UInt8]]

    /// Addressees that are looked at.
    private static let limit = 100
    /// Identifiers of References that a reply repeats, the last ones.
    private static let referenceLimit = 20
    /// Fields of those that the message is for.
    private static let destinations = ["to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"]

    /// - Returns: nil when nobody is to be answered.
    package init?(_ reversePath: ReversePath, _ header: HeaderScan, in message: [UInt8]) {
        guard let sender = reversePath.address, Self.obstacle(to: reversePath, header, in: message) == nil else { return nil }
        func values(_ name: String) -> [[UInt8]] { header.fields(named: name).map { header.value(of: $0, in: message) } }
        self.sender = sender
        let addresses = Self.destinations.flatMap { values($0) }.flatMap { AddressList.parse($0, limit: Self.limit) }
        addressees = addresses.prefix(Self.limit).compactMap { address in
            guard let mailbox = address.mailbox, let host = address.host else { return nil }
            return (String(decoding: mailbox, as: UTF8.self), String(decoding: host, as: UTF8.self))
        }
        let identifiers = { (name: String) in values(name).flatMap { MessageID.list(parsing: $0) }.filter(Self.isPlain) }
        messageID = identifiers("message-id").first
        let earlier = identifiers("references")
        references = Array((earlier.isEmpty ? identifiers("in-reply-to").prefix(1) : earlier[...]).suffix(Self.referenceLimit))
    }

    /// Why nobody is to be answered.
    package enum Obstacle: Sendable { case nobody, program, list, automatic, bulk }

    /// - Parameter reversePath: nil when it is not known.
    package static func obstacle(to reversePath: ReversePath?, _ header: HeaderScan, in message: [UInt8]) -> Obstacle? {
        func words(_ name: String) -> [String] { header.fields(named: name).map { word(header.value(of: $0, in: message)) } }
        if let reversePath {
            guard let sender = reversePath.address else { return .nobody }
            if isProgram(sender.localPart) { return .program }
        }
        if header.fields.contains(where: { $0.name.hasPrefix("list-") }) { return .list }
        if words("auto-submitted").contains(where: { $0 != "no" }) { return .automatic }
        return words("precedence").contains { ["bulk", "junk", "list"].contains($0) } ? .bulk : nil
    }

    /// Addresses of programs, which would answer a reply or throw it away.
    private static func isProgram(_ localPart: String) -> Bool {
        let name = localPart.lowercased()
        return ["mailer-daemon", "postmaster", "listserv", "majordomo"].contains(name) || name.hasPrefix("owner-")
            || ["-owner", "-request", "-bounces"].contains(where: name.hasSuffix)
    }

    /// The value's first word, in lower case, without comments and parameters (RFC 3834 §5).
    private static func word(_ value: [UInt8]) -> String {
        let word = value.prefix { !wordEnds.contains($0) }
        return String(decoding: word, as: UTF8.self).lowercased()
    }

    private static let wordEnds = Array(" \t;(".utf8)

    /// Fit to be written into another header.
    private static func isPlain(_ identifier: [UInt8]) -> Bool {
        identifier.count <= 250 && identifier.allSatisfy { (33...126).contains($0) }
    }
}

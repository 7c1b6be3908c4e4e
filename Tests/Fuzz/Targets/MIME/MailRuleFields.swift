import MIME
import MailRules
import SMTP

/// Whom a message is from, and whom an automatic reply goes to: only what has one meaning, and nothing that a header, a log or a look-up
/// could stumble over.
enum MailRuleFields {
    static func check(_ input: [UInt8]) throws {
        let scan = HeaderScan(input)
        for text in ["", "ann@a.example", "bounce-owner@a.example"] {
            guard let path = ReversePath(text: text) else { continue }
            let obstacle = AnswerableMessage.obstacle(to: path, scan, in: input)
            let answerable = AnswerableMessage(path, scan, in: input)
            try promise((obstacle == nil) == (answerable != nil), "an obstacle and a reply, or neither")
            try promise(text == "ann@a.example" || answerable == nil, "\(text) is answered")
            if let answerable { try check(answerable) }
        }
        guard let authors = try? MessageAuthors.read(scan, in: input) else { return }
        for author in authors {
            try promiseEqual(SMTP.EnvelopeAddress(author.description), author, "an author's address written again")
        }
        for field in scan.fields(named: "from") { try checkReading(of: scan.value(of: field, in: input)) }
        if let domain = MessageAuthors.signingDomain(scan, in: input) {
            try promiseEqual(domain, authors.first?.domain, "whose keys sign, and who wrote")
        }
    }

    private static func check(_ message: AnswerableMessage) throws(BrokenPromise) {
        try promise(message.addressees.count <= 100 && message.references.count <= 20, "more than is looked at")
        for identifier in message.references + (message.messageID.map { [$0] } ?? []) {
            let isPlain = identifier.count <= 250 && identifier.allSatisfy { (33...126).contains($0) }
            try promise(isPlain && identifier.first == UInt8(ascii: "<"), "an identifier: \(shown(identifier))")
        }
    }

    /// Who makes the best of any text finds the same mailboxes, where there is one meaning.
    private static func checkReading(of value: [UInt8]) throws(BrokenPromise) {
        guard let strict = MailboxList(parsing: value) else { return }
        let loose = AddressList.parse(value)
        try promise(!loose.contains(where: \.isGroupMark), "a group: \(shown(value))")
        try promiseEqual(strict.mailboxes.map(\.localPart), loose.map { $0.mailbox ?? [] }, "local parts of \(shown(value))")
        try promiseEqual(strict.mailboxes.map(\.domain), loose.map { $0.host ?? [] }, "domains of \(shown(value))")
    }
}

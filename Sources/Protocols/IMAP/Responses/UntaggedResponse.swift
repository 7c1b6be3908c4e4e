/// Data that the server sends (RFC 3501 §7.2–7.4), all but FETCH.
public enum UntaggedResponse: Sendable, Equatable {
    case capability([String])
    case flags(SystemFlags, keywords: [String])
    case exists(Int), recent(Int), expunge(Int)
    case search([UInt32])
    case list(MailboxListing), lsub(MailboxListing)
    case status(MailboxName, [(item: StatusItem, value: UInt64)])
    /// One personal namespace without prefix, no other users', and the prefix of the shared one (RFC 2342 §5); nil: there is none.
    case namespace(shared: String?)
    /// ENABLED (RFC 5161 §3.2).
    case enabled([String])
    /// Fields and values (RFC 2971 §3.2).
    case id([(name: String, value: String)])
    case quotaRoot(MailboxName, [String])
    case quota(root: String, [QuotaFigure])
    /// RFC 4314 §3.6–3.8. Of what can be granted, the rights of one element go together.
    case acl(MailboxName, [(identifier: String, rights: MailboxRights)])
    case listRights(MailboxName, identifier: [UInt8], always: MailboxRights, grantable: [MailboxRights])
    case myRights(MailboxName, MailboxRights)

    public static func == (first: Self, second: Self) -> Bool { first.bytes == second.bytes }

    public var bytes: [UInt8] {
        var output = ResponseWriter()
        write(to: &output)
        return output.bytes
    }

    public func write(to output: inout ResponseWriter) {
        output.text("* ")
        switch self {
        case .capability(let names): output.text("CAPABILITY \(names.joined(separator: " "))")
        case .flags(let system, let keywords): output.text("FLAGS (\((system.texts + keywords).joined(separator: " ")))")
        case .exists(let count): output.text("\(count) EXISTS")
        case .recent(let count): output.text("\(count) RECENT")
        case .expunge(let number): output.text("\(number) EXPUNGE")
        case .search(let numbers):
            output.text("SEARCH")
            for number in numbers {
                output.byte(" ")
                output.number(number)
            }
        case .list(let listing): listing.write("LIST", to: &output)
        case .lsub(let listing): listing.write("LSUB", to: &output)
        case .status(let mailbox, let items):
            output.text("STATUS ")
            output.mailbox(mailbox)
            output.text(" ")
            output.list(items) { output, item in output.text("\(item.item.rawValue) \(item.value)") }
        case .namespace(let shared):
            output.text("NAMESPACE ((\"\" \"/\")) NIL ")
            guard let shared else { output.text("NIL"); break }
            output.text("((\"\(shared)\" \"/\"))")
        case .enabled(let names): output.text((["ENABLED"] + names).joined(separator: " "))
        case .id(let fields):
            output.text("ID ")
            guard !fields.isEmpty else { output.text("NIL"); break }
            output.list(fields) { output, field in
                output.string(field.name.utf8)
                output.text(" ")
                output.string(field.value.utf8)
            }
        case .quotaRoot(let mailbox, let roots):
            output.text("QUOTAROOT ")
            output.mailbox(mailbox)
            for root in roots {
                output.text(" ")
                output.astring(root.utf8)
            }
        case .quota(let root, let figures):
            output.text("QUOTA ")
            output.astring(root.utf8)
            output.text(" ")
            output.list(figures) { output, figure in output.text("\(figure.resource.rawValue) \(figure.usage) \(figure.limit)") }
        case .acl(let mailbox, let entries):
            output.rights("ACL", mailbox, entries.flatMap { [Array($0.identifier.utf8), Array($0.rights.text.utf8)] })
        case .listRights(let mailbox, let identifier, let always, let grantable):
            output.rights("LISTRIGHTS", mailbox, [identifier] + ([always] + grantable).map { Array($0.text.utf8) })
        case .myRights(let mailbox, let rights): output.rights("MYRIGHTS", mailbox, [Array(rights.text.utf8)])
        }
        output.endLine()
    }
}

extension ResponseWriter {
    fileprivate mutating func rights(_ response: String, _ mailbox: MailboxName, _ words: [[UInt8]]) {
        text(response + " ")
        self.mailbox(mailbox)
        for word in words {
            text(" ")
            astring(word)
        }
    }
}

/// One line of LIST or LSUB (RFC 3501 §7.2.2).
public struct MailboxListing: Sendable, Equatable {
    public enum Attribute: String, Sendable, CaseIterable {
        case noSelect = "\\Noselect", noInferiors = "\\Noinferiors", marked = "\\Marked", unmarked = "\\Unmarked"
        /// RFC 3348 §3.
        case hasChildren = "\\HasChildren", hasNoChildren = "\\HasNoChildren"
    }
    public let name: MailboxName
    public let attributes: [Attribute]
    public let use: SpecialUse?

    public init(_ name: MailboxName, _ attributes: [Attribute] = [], use: SpecialUse? = nil) {
        self.name = name
        self.attributes = attributes
        self.use = use
    }

    func write(_ response: String, to output: inout ResponseWriter) {
        let names = attributes.map(\.rawValue) + (use.map { [$0.rawValue] } ?? [])
        output.text("\(response) (\(names.joined(separator: " "))) \"/\" ")
        if name.text.isEmpty { output.text("\"\"") } else { output.mailbox(name) }
    }
}

/// Usage and limit of one resource of a quota root (RFC 9208 §5): STORAGE in units of 1024 octets, MESSAGE in messages.
public struct QuotaFigure: Sendable, Equatable {
    public enum Resource: String, Sendable { case storage = "STORAGE", message = "MESSAGE" }
    public let resource: Resource
    public let usage: UInt64, limit: UInt64
    public init(_ resource: Resource, usage: UInt64, limit: UInt64) {
        self.resource = resource
        self.usage = usage
        self.limit = limit
    }
}

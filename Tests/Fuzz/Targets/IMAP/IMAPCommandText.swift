import IMAP
import MIME

/// Writes commands as a client would.
struct IMAPCommandText {
    private var output = ResponseWriter()

    init() {}

    var bytes: [UInt8] { output.bytes }

    /// Nil for a command whose text says nothing more than its name.
    init?(_ tagged: TaggedCommand) {
        output.text("\(tagged.tag) \(tagged.name)")
        switch tagged.command {
        case let login as Login: strings([login.user, login.password])
        case let select as Select: mailboxes([select.mailbox])
        case let examine as Examine: mailboxes([examine.mailbox])
        case let delete as Delete: mailboxes([delete.mailbox])
        case let rename as Rename: mailboxes([rename.mailbox, rename.newName])
        case let subscribe as Subscribe: mailboxes([subscribe.mailbox])
        case let unsubscribe as Unsubscribe: mailboxes([unsubscribe.mailbox])
        case let root as GetQuotaRoot: mailboxes([root.mailbox])
        case let quota as GetQuota: strings([quota.root])
        case let rights as GetACL: mailboxes([rights.mailbox])
        case let rights as MyRights: mailboxes([rights.mailbox])
        case let rights as ListRights:
            mailboxes([rights.mailbox])
            strings([rights.identifier])
        case let rights as DeleteACL:
            mailboxes([rights.mailbox])
            strings([rights.identifier])
        case let rights as SetACL:
            mailboxes([rights.mailbox])
            strings([rights.identifier, rights.rights])
        case let list as List: patterns(list.reference, list.pattern)
        case let lsub as Lsub: patterns(lsub.reference, lsub.pattern)
        case let create as Create:
            mailboxes([create.mailbox])
            if !create.uses.isEmpty { output.text(" (USE (\(create.uses.map(\.rawValue).joined(separator: " "))))") }
        case let status as Status:
            mailboxes([status.mailbox])
            output.text(" (\(status.items.map(\.rawValue).joined(separator: " ")))")
        case let append as Append: write(append)
        case let copy as Copy:
            output.text(" \(Self.text(copy.messages.set))")
            mailboxes([copy.mailbox])
        case let move as Move:
            output.text(" \(Self.text(move.messages.set))")
            mailboxes([move.mailbox])
        case let expunge as Expunge: if let uids = expunge.uids { output.text(" \(Self.text(uids))") }
        case let store as Store: write(store)
        case let enable as Enable: output.text(enable.capabilities.map { " " + $0 }.joined())
        case let fetch as Fetch: write(fetch)
        case let search as Search: write(search)
        default: return nil
        }
        output.text("\r\n")
    }

    mutating func search(_ search: Search) {
        output.text("a SEARCH")
        write(search)
        output.text("\r\n")
    }

    mutating func fetch(_ fetch: Fetch) {
        output.text("a FETCH")
        write(fetch)
        output.text("\r\n")
    }

    static func text(_ set: SequenceSet) -> String {
        set.elements.map { element in
            let first = element.first.map(String.init) ?? "*", last = element.last.map(String.init) ?? "*"
            return first == last ? first : "\(first):\(last)"
        }.joined(separator: ",")
    }

    // MARK: Arguments

    private mutating func strings(_ strings: [[UInt8]]) {
        for string in strings {
            output.text(" ")
            output.astring(string)
        }
    }

    private mutating func mailboxes(_ names: [MailboxName]) { strings(names.map(\.encoded)) }

    private mutating func patterns(_ reference: String, _ pattern: String) {
        for text in [reference, pattern] {
            output.text(" ")
            output.string(ModifiedUTF7.encode(text))
        }
    }

    private func text(_ flags: Flags) -> String { "(\((flags.system.texts + flags.keywords).joined(separator: " ")))" }

    private mutating func write(_ append: Append) {
        mailboxes([append.mailbox])
        output.text(" \(text(append.flags)) ")
        if let date = append.date { output.text("\(date.text) ") }
        output.literal(append.message)
    }

    private mutating func write(_ store: Store) {
        let sign =
            switch store.change {
            case .replace: ""
            case .add: "+"
            case .remove: "-"
            }
        output.text(" \(Self.text(store.messages.set)) \(sign)FLAGS\(store.isSilent ? ".SILENT" : "") \(text(store.flags))")
    }

    // MARK: FETCH

    private mutating func write(_ fetch: Fetch) {
        output.text(" \(Self.text(fetch.messages.set)) (")
        for (index, item) in fetch.items.enumerated() {
            if index > 0 { output.text(" ") }
            write(item)
        }
        output.text(")")
    }

    private mutating func write(_ item: FetchItem) {
        switch item {
        case .uid: output.text("UID")
        case .flags: output.text("FLAGS")
        case .internalDate: output.text("INTERNALDATE")
        case .size: output.text("RFC822.SIZE")
        case .envelope: output.text("ENVELOPE")
        case .body: output.text("BODY")
        case .bodyStructure: output.text("BODYSTRUCTURE")
        case .rfc822: output.text("RFC822")
        case .rfc822Header: output.text("RFC822.HEADER")
        case .rfc822Text: output.text("RFC822.TEXT")
        case .section(let section, let partial, let peeks):
            output.text(peeks ? "BODY.PEEK[" : "BODY[")
            write(section)
            output.text("]")
            if let partial { output.text("<\(partial.origin).\(partial.count)>") }
        }
    }

    private mutating func write(_ section: BodySection) {
        output.text(section.part.map(String.init).joined(separator: ".") + (section.part.isEmpty || section.content == nil ? "" : "."))
        switch section.content {
        case nil: break
        case .header: output.text("HEADER")
        case .text: output.text("TEXT")
        case .mime: output.text("MIME")
        case .headerFields(let names): write("HEADER.FIELDS", names)
        case .headerFieldsNot(let names): write("HEADER.FIELDS.NOT", names)
        }
    }

    private mutating func write(_ name: String, _ fields: [[UInt8]]) {
        output.text("\(name) (")
        for (index, field) in fields.enumerated() {
            if index > 0 { output.text(" ") }
            output.astring(field)
        }
        output.text(")")
    }

    // MARK: SEARCH

    private mutating func write(_ search: Search) {
        output.text(" CHARSET UTF-8")
        if case .and(let keys) = search.key {
            for key in keys {
                output.text(" ")
                write(key)
            }
        } else {
            output.text(" ")
            write(search.key)
        }
    }

    private mutating func write(_ key: IMAP.SearchKey) {
        switch key {
        case .all: output.text("ALL")
        case .recent: output.text("RECENT")
        case .new: output.text("NEW")
        case .old: output.text("OLD")
        case .flags(let flags): output.text(flags.texts.map { $0.dropFirst().uppercased() }.joined())
        case .withoutFlags(let flags): output.text("UN" + flags.texts.map { $0.dropFirst().uppercased() }.joined())
        case .keyword(let keyword): output.text("KEYWORD \(keyword)")
        case .withoutKeyword(let keyword): output.text("UNKEYWORD \(keyword)")
        case .sequence(let set): output.text(Self.text(set))
        case .uid(let set): output.text("UID \(Self.text(set))")
        case .larger(let octets): output.text("LARGER \(octets)")
        case .smaller(let octets): output.text("SMALLER \(octets)")
        case .before(let date): output.text("BEFORE \(text(date))")
        case .on(let date): output.text("ON \(text(date))")
        case .since(let date): output.text("SINCE \(text(date))")
        case .sentBefore(let date): output.text("SENTBEFORE \(text(date))")
        case .sentOn(let date): output.text("SENTON \(text(date))")
        case .sentSince(let date): output.text("SENTSINCE \(text(date))")
        case .body(let octets): write("BODY", octets)
        case .text(let octets): write("TEXT", octets)
        case .header(let name, let octets):
            output.text("HEADER ")
            output.astring(name)
            write("", octets)
        case .not(let key):
            output.text("NOT ")
            write(key)
        case .or(let first, let second):
            output.text("OR ")
            write(first)
            output.text(" ")
            write(second)
        case .and(let keys):
            output.text("(")
            for (index, key) in keys.enumerated() {
                if index > 0 { output.text(" ") }
                write(key)
            }
            output.text(")")
        }
    }

    private mutating func write(_ name: String, _ octets: [UInt8]) {
        output.text("\(name) ")
        output.astring(octets)
    }

    /// By module MIME's calendar, which was written apart from module IMAP's.
    private func text(_ date: CalendarDate) -> String {
        let day = CivilDate(daysSince1970: date.daysSince1970)
        let year = String(repeating: "0", count: 4 - "\(day.year)".count) + "\(day.year)"
        return "\(day.day)-\(CivilDate.monthNames[day.month - 1])-\(year)"
    }
}

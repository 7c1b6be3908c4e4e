import Quantities

/// The body of `POST /holds/{target}/copy`, whose target is an address.
public struct NewHeldCopies: Codable, Sendable, Hashable {
    /// The shared mailbox that takes the copies; of the same tenant.
    public var to: EmailAddress
    /// Only what came in (INTERNALDATE) from this day on, and before that one.
    public var since: Day?, before: Day?
    /// Whether to copy also what is in the user's own mailboxes.
    public var all: Bool

    public init(to: EmailAddress, since: Day? = nil, before: Day? = nil, all: Bool = false) {
        (self.to, self.since, self.before, self.all) = (to, since, before, all)
    }

    /// - Throws: `AdminError` of kind `invalid` for days that have nothing between them.
    public func validate() throws(AdminError) {
        guard let since, let before, since.beginning >= before.beginning else { return }
        throw AdminError(
            .invalid, "There is no day from \(since.text) on that is before \(before.text).",
            hint: "--since takes the first day, --before the day after the last one.")
    }
}

/// What was copied for those who read it.
public struct HeldCopies: Codable, Sendable, Hashable {
    /// A new folder of the shared mailbox, with what was held of one person.
    public struct Folder: Codable, Sendable, Hashable {
        public var name: String
        public var copied: Usage

        public init(name: String, copied: Usage) { (self.name, self.copied) = (name, copied) }
    }

    public var target: EmailAddress
    public var mailbox: EmailAddress
    /// One for who has the address, and one for each who had it and is kept, as far as there was something to copy.
    public var folders: [Folder]

    public init(target: EmailAddress, mailbox: EmailAddress, folders: [Folder]) {
        (self.target, self.mailbox, self.folders) = (target, mailbox, folders)
    }

    /// Of all folders.
    public var copied: Usage {
        Usage(
            bytes: ByteCount(folders.reduce(0) { $0 + $1.copied.bytes.octets }), messages: folders.reduce(0) { $0 + $1.copied.messages })
    }
}

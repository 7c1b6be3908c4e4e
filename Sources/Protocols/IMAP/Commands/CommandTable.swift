/// All commands. One list feeds dispatch and tests.
public enum CommandTable {
    public static let all: [any IMAPCommand.Type] = [
        // Any state
        Capability.self, Noop.self, Logout.self, ID.self,
        // Before login
        StartTLS.self, Login.self, Authenticate.self,
        // After login
        Select.self, Examine.self, Create.self, Delete.self, Rename.self, Subscribe.self, Unsubscribe.self, List.self, Lsub.self,
        Status.self,
        Append.self, Namespace.self, Enable.self, Idle.self, GetQuota.self, GetQuotaRoot.self, SetQuota.self,
        MyRights.self, GetACL.self, ListRights.self, SetACL.self, DeleteACL.self,
        // With a mailbox selected
        Check.self, Close.self, Unselect.self, Expunge.self, Search.self, Fetch.self, Store.self, Copy.self, Move.self,
    ]

    private static let byName: [String: (place: Int, type: any IMAPCommand.Type)] = {
        var table: [String: (place: Int, type: any IMAPCommand.Type)] = [:]
        for (place, command) in all.enumerated() {
            table[command.name] = (place, command)
            if command.hasUIDForm { table["UID " + command.name] = (place, command) }
        }
        return table
    }()

    public static func parse(_ text: CommandText) throws(CommandError) -> TaggedCommand {
        var input = Parser(text)
        var tag: String?
        do throws(SyntaxError) {
            let read = try input.tag()
            tag = read
            try input.space()
            var name = try input.word()
            if name == "UID" {
                try input.space()
                name += " " + (try input.word())
                input.readsUIDs = true
            }
            guard let (place, type) = byName[name] else { throw SyntaxError.unknownCommand }
            let command = try type.init(parsing: &input)
            return TaggedCommand(tag: read, name: name, isUIDForm: input.readsUIDs, place: place, command: command)
        } catch {
            throw CommandError(tag: tag, error: error)
        }
    }
}

import NIOCore
import Runtime
import TenantWorker
import Testing

@Suite("IMAP: access to shared mailboxes changes")
struct IMAPSharedAccessTests {
    @Test("Given while a session is open, it shows at the next command") @EventLoopActor func given() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("stranger")
        #expect(try await client.answer("SELECT \(office.name)").last?.hasPrefix("NO [NONEXISTENT]") == true)
        try await office.give("stranger", "read")
        #expect(try await client.answer("SELECT \(office.name)").last == "OK [READ-ONLY] SELECT completed")
    }

    @Test("Taken away, an idling session that has it selected ends at once") @EventLoopActor func takenWhileIdle() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read")
        #expect(try await client.answer("SELECT \(office.name)/Sent").last == "OK [READ-ONLY] SELECT completed")
        try await client.says("""
            C: a IDLE
            S: + idling
            """)
        try await office.give("read", nil)
        try await client.says("S: * BYE Your access to the selected mailbox has changed; please connect again")
        try await client.hearsTheEnd()
    }

    @Test("What happens in it while the session is being ended is not told any more") @EventLoopActor func newsMeanwhile() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read"), writer = try await office.client("write")
        #expect(try await client.answer("SELECT \(office.name)").last == "OK [READ-ONLY] SELECT completed")
        try await client.says("""
            C: a IDLE
            S: + idling
            """)
        try await office.give("read", nil)
        async let stored: Void = writer.append(Sample.note(), to: office.name)
        try await client.says("S: * BYE Your access …")
        try await client.hearsTheEnd()
        try await stored
    }

    @Test("Whatever else is provisioned, who idles goes on hearing what happens") @EventLoopActor func idlesOn() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read"), writer = try await office.client("write")
        #expect(try await client.answer("SELECT \(office.name)").last == "OK [READ-ONLY] SELECT completed")
        try await client.says("""
            C: a IDLE
            S: + idling
            """)
        for count in 1...5 {
            async let stored: Void = writer.append(Sample.note(count), to: office.name)
            for name in ["x", "y", "z"] { _ = try await office.domain.user("\(name)\(count)") }
            try await client.says("""
                S: * \(count) EXISTS
                S: * \(count) RECENT
                """)
            try await stored
        }
    }

    static let lowered: [(rights: String?, opens: String, ends: Bool)] = [
        (nil, "SELECT", true), (nil, "EXAMINE", true), ("read", "SELECT", true), ("read", "EXAMINE", false), ("write", "SELECT", false),
    ]
    @Test("Lowered below what a session was told when it selected, the session ends", arguments: lowered)
    @EventLoopActor func lowering(rights: String?, opens: String, ends: Bool) async throws {
        let office = try await SharedOffice()
        let client = try await office.client("manage")
        try await client.append(Sample.note(), to: office.name)
        #expect(try await client.answer("\(opens) \(office.name)").last?.hasPrefix("OK ") == true)
        try await office.give("manage", rights)
        guard ends else {
            #expect(try await client.answer("FETCH 1 UID") == ["* 1 FETCH (UID 1)", "OK FETCH completed"])
            return
        }
        try await client.says("C: a FETCH 1 BODY[]")
        var lines: [String] = []
        // What is closed with a command unread ends in a reset, behind all that was said.
        while let line = (try? await client.line()) ?? nil { lines.append(line) }
        #expect(lines.filter { $0.hasPrefix("* BYE Your access") }.count == 1)
        #expect(lines.allSatisfy { $0.hasPrefix("* BYE ") || $0.hasPrefix("a NO [NOPERM]") })
    }

    @Test("A command that has come, and is not read yet, is not run once access is gone", arguments: [true, false])
    @EventLoopActor func commandInWaiting(isTaken: Bool) async throws {
        let office = try await SharedOffice()
        let member = try #require(office.members["write"])
        var server: Connection?
        let client = try await Dialogue { connection in
            server = connection
            return IMAPConnection(
                connection: connection, store: office.domain.company.store, user: member, pendingTag: "login",
                limits: IMAPLimits(message: 10_000_000)
            ).run
        }
        try await client.says("S: login OK …")
        try await client.append(Sample.note(), to: office.name)
        #expect(try await client.answer("SELECT \(office.name)").last == "OK [READ-WRITE] SELECT completed")
        // The session waits for octets. These are there, and nobody has told it.
        server?.putBack(ByteBuffer(string: "last STORE 1 +FLAGS.SILENT (\\Deleted)\r\n"))
        try await office.give("write", isTaken ? nil : "manage")
        if isTaken {
            var lines: [String] = []
            while let line = try await client.line() { lines.append(line) }
            #expect(lines.count == 2 && lines.first?.hasPrefix("last NO [NOPERM]") == true)
            #expect(lines.last?.hasPrefix("* BYE Your access") == true)
        } else {
            #expect(try await client.answer("NOOP").suffix(2) == ["last OK STORE completed", "OK NOOP completed"])
        }
        let flags = try await office.client("read").answer("STATUS \(office.name) (MESSAGES DELETED)").first
        #expect(flags == "* STATUS \(office.name) (MESSAGES 1 DELETED \(isTaken ? 0 : 1))")
    }

    @Test("A session that has its own mailbox selected goes on, and loses the names") @EventLoopActor func ownSelected() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("manage")
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        try await office.give("manage", nil)
        #expect(try await client.answer("STATUS \(office.name) (MESSAGES)").last?.hasPrefix("NO [NONEXISTENT]") == true)
        #expect(try await client.answer("NAMESPACE").first == #"* NAMESPACE (("" "/")) NIL NIL"#)
        #expect(try await client.answer("NOOP") == ["OK NOOP completed"])
    }

    static let hidden = ["deleted_at = now()", "suspended = '{login}'"]
    @Test("One that is deleted, or that nobody may open meanwhile, is not shown, and who has it selected is sent away", arguments: hidden)
    @EventLoopActor func hiding(change: String) async throws {
        let office = try await SharedOffice()
        let selected = try await office.client("manage"), other = try await office.client("read")
        #expect(try await selected.answer("SELECT \(office.name)").last == "OK [READ-WRITE] SELECT completed")
        try await office.domain.set(change, of: office.info)
        try await selected.says("S: * BYE Your access …")
        #expect(try await other.answer(#"LIST "" Shared*"#).count == 1)
        #expect(try await other.answer("SELECT \(office.name)").last?.hasPrefix("NO [NONEXISTENT]") == true)
    }

    @Test("Renamed, it has its new name, and who has it selected goes on") @EventLoopActor func renamed() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("write")
        #expect(try await client.answer("SELECT \(office.name)").last == "OK [READ-WRITE] SELECT completed")
        try await office.domain.set("local_part = 'contact'", of: office.info)
        #expect(try await client.answer(#"LIST "" Shared/%"#).first == #"* LIST (\HasChildren) "/" Shared/contact@\#(office.domain.name)"#)
        #expect(try await client.answer("STATUS \(office.name) (MESSAGES)").last?.hasPrefix("NO [NONEXISTENT]") == true)
    }

    @Test("While the database does not answer, who names no shared mailbox waits for nothing, and who does is told soon")
    @EventLoopActor func databaseAway() async throws {
        let office = try await SharedOffice(), clock = ContinuousClock()
        let member = try await office.client("read"), stranger = try await office.client("stranger")
        for client in [member, stranger] { try await client.append(Sample.note()) }
        func status(_ client: Dialogue) async throws -> String { try await client.answer("STATUS \(office.name) (MESSAGES)").last ?? "" }
        try await office.domain.company.locking("shared_access") { () async throws in
            office.domain.company.store.directoryChanged()
            let own = try await clock.measure { () async throws in
                for client in [member, stranger] {
                    for command in ["NOOP", "SELECT INBOX", "FETCH 1 FLAGS", "STATUS INBOX (MESSAGES)", #"LIST "" INBOX"#] {
                        #expect(try await client.answer(command).last?.contains("OK ") == true, "\(command)")
                    }
                }
            }
            #expect(own < .seconds(1))
            let first = try await clock.measure { () async throws in #expect(try await status(member).hasPrefix("NO [UNAVAILABLE]")) }
            #expect(first > .seconds(1) && first < .seconds(4))
            let again = try await clock.measure { () async throws in
                #expect(try await member.answer(#"LIST "" *"#).last?.hasPrefix("NO [UNAVAILABLE]") == true)
                #expect(try await member.answer("NAMESPACE").last?.hasPrefix("NO [UNAVAILABLE]") == true)
                // Whose names are all own ones goes on with those.
                #expect(try await stranger.answer(#"LIST "" *"#).count == 7)
                #expect(try await status(stranger).hasPrefix("NO [NONEXISTENT]"))
                #expect(try await member.answer("NOOP") == ["OK NOOP completed"])
            }
            #expect(again < .seconds(1))
        }
        while try await status(member).hasPrefix("NO [UNAVAILABLE]") { await EventLoopActor.sleep(for: .milliseconds(50)) }
        #expect(try await status(member) == "OK STATUS completed")
        try await office.give("stranger", "read")
        #expect(try await status(stranger) == "OK STATUS completed")
    }

    @Test("LIST opens no shared mailbox that the pattern leaves out") @EventLoopActor func unopened() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read")
        try await office.domain.company.locking("mailboxes") { () async throws in
            #expect(try await client.answer(#"LIST "" INBOX"#).count == 2)
            #expect(try await client.answer(#"LIST "" %"#).contains(#"* LIST (\Noselect \HasChildren) "/" Shared"#))
            #expect(try await client.answer(#"LIST "" Shared/other@%"#).count == 1)
        }
        #expect(try await client.answer(#"LIST "" Shared/%"#).count == 2)
    }

    @Test("Own mailboxes under Shared/ stay reachable, but for names that a shared mailbox has while it is shown")
    @EventLoopActor func ownNames() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("stranger")
        for name in ["Shared/plans", office.name] { #expect(try await client.answer("CREATE \(name)") == ["OK CREATE completed"]) }
        try await client.append(Sample.note(), to: office.name)
        try await office.give("stranger", "read")
        #expect(try await client.answer("STATUS \(office.name) (MESSAGES)").first == "* STATUS \(office.name) (MESSAGES 0)")
        #expect(try await client.answer("STATUS Shared/plans (MESSAGES)").first == "* STATUS Shared/plans (MESSAGES 0)")
        #expect(try await client.answer(#"LIST "" Shared/%"#).dropLast() == [
            #"* LIST (\HasNoChildren) "/" Shared/plans"#, #"* LIST (\HasChildren) "/" \#(office.name)"#,
        ])
        #expect(try await client.answer("CREATE Shared/more").last?.hasPrefix("NO [CANNOT]") == true)
        #expect(try await client.answer("RENAME Shared Own") == ["OK RENAME completed"])
        #expect(try await client.answer("STATUS Own/\(office.name.dropFirst(7)) (MESSAGES)").first?.hasSuffix("(MESSAGES 1)") == true)
    }
}

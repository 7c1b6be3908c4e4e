import Runtime
import Testing

@Suite("IMAP: shared mailboxes")
struct IMAPSharedMailboxTests {
    @Test("A member sees them under Shared/ without special uses, each INBOX once; a stranger sees nothing")
    @EventLoopActor func listed() async throws {
        let office = try await SharedOffice()
        let ann = try await office.client("read")
        #expect(try await ann.answer("NAMESPACE").first == #"* NAMESPACE (("" "/")) NIL (("Shared/" "/"))"#)
        let all = try await ann.answer(#"LIST "" *"#)
        #expect(all.count == 14)
        #expect(Set(all.dropLast()).isSuperset(of: [
            #"* LIST (\Noselect \HasChildren) "/" Shared"#, #"* LIST (\HasChildren) "/" \#(office.name)"#,
            #"* LIST (\HasNoChildren) "/" \#(office.name)/Sent"#, #"* LIST (\HasNoChildren \Sent) "/" Sent"#,
        ]))
        #expect(try await ann.answer(#"LIST "" %"#).contains(#"* LIST (\Noselect \HasChildren) "/" Shared"#))
        #expect(try await ann.answer(#"LIST "" Shared/%"#).dropLast() == [#"* LIST (\HasChildren) "/" \#(office.name)"#])
        #expect(try await ann.answer(#"LIST "" INBOX"#).count == 2)
        let stranger = try await office.client("stranger")
        #expect(try await stranger.answer("NAMESPACE").first == #"* NAMESPACE (("" "/")) NIL NIL"#)
        #expect(try await stranger.answer(#"LIST "" *"#).count == 7)
        #expect(try await stranger.answer(#"LIST "" Shared*"#).count == 1)
    }

    static let commands = [
        "SELECT PLACE", "EXAMINE PLACE", "SELECT PLACE/Sent", "STATUS PLACE (MESSAGES)", "DELETE PLACE/Sent", "RENAME PLACE/Sent PLACE/Old",
        "RENAME PLACE/Sent Old", "RENAME PLACE Old", "GETQUOTAROOT PLACE", "COPY 1 PLACE", "MOVE 1 PLACE/Sent", "APPEND PLACE {1+}\r\nx",
        "GETQUOTA user/ADDRESS",
    ]
    @Test("A stranger of the same company reaches it by no command that finds it for a member", arguments: commands)
    @EventLoopActor func stranger(command: String) async throws {
        let office = try await SharedOffice(messages: 10)
        try await office.client("manage").append(Sample.note(), to: office.name)
        let text = command.replacing("PLACE", with: office.name).replacing("ADDRESS", with: office.address)
        func answer(to user: String) async throws -> [String] {
            let client = try await office.client(user)
            try await client.append(Sample.note())
            if text.hasPrefix("COPY") || text.hasPrefix("MOVE") {
                #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
            }
            return try await client.answer(text)
        }
        let refused = try await answer(to: "stranger")
        let isTarget = ["COPY", "MOVE", "APPEND"].contains { text.hasPrefix($0) }
        #expect(refused.count == 1 && refused.last?.hasPrefix(isTarget ? "NO [TRYCREATE]" : "NO [NONEXISTENT]") == true)
        for (name, count) in [("", 1), ("/Sent", 0)] {
            let state = try await office.client("read").answer("STATUS \(office.name)\(name) (MESSAGES)").first
            #expect(state == "* STATUS \(office.name)\(name) (MESSAGES \(count))")
        }
        // What may be done with it is another question.
        let found = try await answer(to: "manage").last ?? ""
        #expect(["OK ", "NO [CANNOT]"].contains { found.hasPrefix($0) }, "\(found)")
    }

    @Test("No other spelling of its name leads there, not for members either", arguments: ["shared/ADDRESS", "Shared", "ADDRESS"])
    @EventLoopActor func otherNames(name: String) async throws {
        let office = try await SharedOffice()
        let text = "SELECT \(name.replacing("ADDRESS", with: office.address))"
        #expect(try await office.client("manage").answer(text).last?.hasPrefix("NO [NONEXISTENT]") == true)
    }

    @Test("Who may read changes nothing: not by opening, flags, removing, copying or appending; no folder either")
    @EventLoopActor func reading() async throws {
        let office = try await SharedOffice()
        let writer = try await office.client("write")
        try await writer.append(Sample.note(), to: office.name)
        let reader = try await office.client("read")
        try await reader.append(Sample.note())
        let opened = try await reader.answer("SELECT \(office.name)")
        #expect(opened.last == "OK [READ-ONLY] SELECT completed")
        #expect(opened.contains { $0.hasPrefix("* OK [PERMANENTFLAGS ()]") })
        #expect(try await reader.answer("FETCH 1 (BODY[TEXT] FLAGS)").joined().contains(#"\Seen"#) == false)
        for command in [#"STORE 1 +FLAGS (\Seen)"#, "EXPUNGE", "UID EXPUNGE 1", "MOVE 1 INBOX"] {
            #expect(try await reader.answer(command).last?.hasPrefix("NO [READ-ONLY]") == true)
        }
        for command in [
            "COPY 1 \(office.name)", "COPY 1 \(office.name)/Sent", "APPEND \(office.name) {1+}\r\nx", "CREATE \(office.name)/New",
            "DELETE \(office.name)/Sent", "RENAME \(office.name)/Sent \(office.name)/Old", "RENAME Sent \(office.name)/Mine",
        ] { #expect(try await reader.answer(command).last?.hasPrefix("NO [NOPERM]") == true) }
        #expect(try await reader.answer("COPY 1 INBOX").last?.hasPrefix("OK [COPYUID") == true)
        #expect(try await reader.answer("CLOSE") == ["OK CLOSE completed"])
        #expect(try await writer.answer("STATUS \(office.name) (MESSAGES UNSEEN DELETED)").first
            == "* STATUS \(office.name) (MESSAGES 1 UNSEEN 1 DELETED 0)")
    }

    @Test("Who may write changes messages, and no folders") @EventLoopActor func writing() async throws {
        let office = try await SharedOffice()
        let writer = try await office.client("write")
        try await writer.append(Sample.note(), to: "\(office.name)/Sent", #"(\Seen)"#)
        #expect(try await writer.answer("SELECT \(office.name)/Sent").last == "OK [READ-WRITE] SELECT completed")
        for command in ["CREATE PLACE/New", "DELETE PLACE/Sent", "RENAME PLACE/Sent PLACE/Old"] {
            #expect(try await writer.answer(command.replacing("PLACE", with: office.name)).last?.hasPrefix("NO [NOPERM]") == true)
        }
        #expect(try await writer.answer("COPY 1 \(office.name)/New").last?.hasPrefix("NO [NONEXISTENT]") == true)
        #expect(try await writer.answer(#"STORE 1 +FLAGS.SILENT (\Deleted)"#) == ["OK STORE completed"])
        #expect(try await writer.answer("EXPUNGE") == ["* 1 EXPUNGE", "OK EXPUNGE completed"])
    }

    @Test("Who may manage makes, renames and deletes folders inside; nothing crosses accounts, and INBOX stays")
    @EventLoopActor func managing() async throws {
        let office = try await SharedOffice()
        try await office.client("manage").says("""
            C: a CREATE \(office.name)/Cases/2026
            S: a OK CREATE completed
            C: b RENAME \(office.name)/Cases \(office.name)/Old
            S: b OK RENAME completed
            C: c STATUS \(office.name)/Old/2026 (MESSAGES)
            S: * STATUS \(office.name)/Old/2026 (MESSAGES 0)
            S: c OK STATUS completed
            C: d RENAME \(office.name)/Old Old
            S: d NO [CANNOT] …
            C: e RENAME Sent \(office.name)/Sent2
            S: e NO [CANNOT] …
            C: f DELETE \(office.name)
            S: f NO [CANNOT] …
            C: g DELETE \(office.name)/inbox
            S: g NO [CANNOT] …
            C: h CREATE \(office.name)/X (USE (\\Archive))
            S: h NO [USEATTR] …
            C: i CREATE \(office.name)
            S: i NO [ALREADYEXISTS] …
            C: j CREATE Shared/mine
            S: j NO [CANNOT] …
            C: k RENAME Sent Shared/mine
            S: k NO [CANNOT] …
            C: l CREATE Shared
            S: l NO [CANNOT] …
            C: m DELETE \(office.name)/Old/2026
            S: m OK DELETE completed
            C: n COPY 1 \(office.name)/New
            S: n BAD …
            """)
    }

    @Test("Messages are copied and moved to and from one's own mailboxes, within the target's quota")
    @EventLoopActor func copying() async throws {
        let office = try await SharedOffice(messages: 2)
        let client = try await office.client("write")
        for id in 1...4 { try await client.append(Sample.note(id)) }
        #expect(try await client.answer("SELECT INBOX").last == "OK [READ-WRITE] SELECT completed")
        #expect(try await client.answer("COPY 1 \(office.name)").last?.hasPrefix("OK [COPYUID") == true)
        let refusal = try await client.answer("COPY 1:2 \(office.name)")
        #expect(refusal.last?.hasPrefix("NO [OVERQUOTA] The user's quota is full (1 of 2") == true)
        #expect(try await client.answer("MOVE 1:2 \(office.name)").last?.hasPrefix("NO [OVERQUOTA]") == true)
        let moved = try await client.answer("MOVE 2 \(office.name)")
        #expect(moved.first?.hasPrefix("* OK [COPYUID") == true)
        #expect(moved.dropFirst() == ["* 2 EXPUNGE", "OK MOVE completed"])
        #expect(try await client.answer("GETQUOTAROOT \(office.name)/Sent").dropLast() == [
            "* QUOTAROOT \(office.name)/Sent user/info@\(office.domain.name)", "* QUOTA user/info@\(office.domain.name) (MESSAGE 2 2)",
        ])
        #expect(try await client.answer("GETQUOTA user/info@\(office.domain.name)").count == 2)
        #expect(try await client.answer("SELECT \(office.name)").first == "* 2 EXISTS")
        #expect(try await client.answer("MOVE 1:2 INBOX").last == "OK MOVE completed")
        #expect(try await client.answer("STATUS INBOX (MESSAGES)").first == "* STATUS INBOX (MESSAGES 5)")
        #expect(try await client.answer("STATUS \(office.name) (MESSAGES)").first == "* STATUS \(office.name) (MESSAGES 0)")
    }

    @Test("What one member does, the others' sessions are told, idling too") @EventLoopActor func together() async throws {
        let office = try await SharedOffice()
        let one = try await office.client("write"), other = try await office.client("read")
        #expect(try await other.answer("SELECT \(office.name)").last == "OK [READ-ONLY] SELECT completed")
        try await other.says("""
            C: a IDLE
            S: + idling
            """)
        try await one.append(Sample.note(), to: office.name)
        try await other.says("""
            S: * 1 EXISTS
            S: * 1 RECENT
            C: DONE
            S: a OK IDLE completed
            """)
    }

    static let localParts = [("a/b", "a/b"), ("a%b*", "a%b*"), ("b\u{fc}ro", "b&APw-ro"), ("r&d", "r&-d"), ("inbox", "inbox")]
    @Test("Any local part makes a name that leads there", arguments: localParts)
    @EventLoopActor func localPart(address: String, encoded: String) async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann"), box = try await domain.shared(address)
        try await domain.give(ann, "manage", to: box)
        let client = try await domain.imap(ann)
        let name = "Shared/\(encoded)@\(domain.name)"
        #expect(try await client.answer(#"CREATE "\#(name)/x/y""#) == ["OK CREATE completed"])
        let listed = try await client.answer(#"LIST "" Shared/*"#)
        for inner in ["", "/Sent", "/x", "/x/y"] {
            #expect(listed.contains { $0.hasSuffix(" \(name)\(inner)") || $0.hasSuffix(#" "\#(name)\#(inner)""#) })
            #expect(try await client.answer(#"SELECT "\#(name)\#(inner)""#).last == "OK [READ-WRITE] SELECT completed")
        }
    }

    @Test("Rights are told in the words of RFC 4314, and changed by administrators alone") @EventLoopActor func rights() async throws {
        let office = try await SharedOffice()
        let domain = office.domain.name
        let told = ["read": "lr", "write": "lrswited", "manage": "lrswikxtecd"]
        for (user, rights) in told {
            let client = try await office.client(user)
            #expect(try await client.answer("MYRIGHTS \(office.name)").first == "* MYRIGHTS \(office.name) \(rights)")
            #expect(try await client.answer("MYRIGHTS INBOX").first == "* MYRIGHTS INBOX lrswipkxteacd")
            for command in ["SETACL \(office.name) stranger@\(domain) lr", "DELETEACL \(office.name) read@\(domain)"] {
                #expect(try await client.answer(command).last?.hasPrefix("NO [NOPERM]") == true)
            }
            let list = try await client.answer("GETACL \(office.name)/Sent")
            if user == "manage" {
                let all = "manage@\(domain) lrswikxtecd read@\(domain) lr write@\(domain) lrswited"
                #expect(list == ["* ACL \(office.name)/Sent \(all)", "OK GETACL completed"])
                #expect(try await client.answer("LISTRIGHTS \(office.name) x").first == "* LISTRIGHTS \(office.name) x \"\" lr swited kxc")
            } else {
                #expect(list.count == 1 && list.last?.hasPrefix("NO [NOPERM]") == true)
            }
        }
        let stranger = try await office.client("stranger")
        for command in ["MYRIGHTS", "GETACL"] {
            #expect(try await stranger.answer("\(command) \(office.name)").last?.hasPrefix("NO [NONEXISTENT]") == true)
        }
        #expect(try await stranger.answer("GETACL INBOX").first == "* ACL INBOX stranger@\(domain) lrswipkxteacd")
    }

    @Test("Subscriptions are the member's own, also of names under Shared/") @EventLoopActor func subscriptions() async throws {
        let office = try await SharedOffice()
        let ann = try await office.client("read"), bob = try await office.client("write")
        #expect(try await ann.answer("SUBSCRIBE \(office.name)/INBOX") == ["OK SUBSCRIBE completed"])
        #expect(try await ann.answer(#"LSUB "" Shared/*"#).first == #"* LSUB () "/" \#(office.name)"#)
        #expect(try await bob.answer(#"LSUB "" Shared/*"#).count == 1)
        #expect(try await ann.answer("UNSUBSCRIBE \(office.name)") == ["OK UNSUBSCRIBE completed"])
        #expect(try await ann.answer(#"LSUB "" Shared/*"#).count == 1)
    }

    @Test("A subscription follows the mailbox that is renamed, and is not shown while there is no access") @EventLoopActor
    func followed() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read")
        func listed() async throws -> [String] {
            try await client.answer(#"LSUB "" Shared/*"#).dropLast().map { String($0.dropFirst(#"* LSUB () "/" "#.count)) }
        }
        for name in [office.name, "\(office.name)/Sent"] {
            #expect(try await client.answer("SUBSCRIBE \(name)") == ["OK SUBSCRIBE completed"])
        }
        try await office.domain.set("local_part = 'contact'", of: office.info)
        let new = "Shared/contact@\(office.domain.name)"
        #expect(try await listed() == [new, "\(new)/Sent"])
        // Another one of the old name is none that was subscribed to.
        let other = try await office.domain.shared("info")
        try await office.domain.give(try #require(office.members["read"]), "read", to: other)
        #expect(try await listed() == [new, "\(new)/Sent"])
        #expect(try await client.answer("UNSUBSCRIBE \(office.name)/Sent") == ["OK UNSUBSCRIBE completed"])
        #expect(try await client.answer("UNSUBSCRIBE \(new)/inbox") == ["OK UNSUBSCRIBE completed"])
        #expect(try await listed() == ["\(new)/Sent"])
        try await office.give("read", nil)
        #expect(try await listed() == [])
        try await office.give("read", "write")
        #expect(try await listed() == ["\(new)/Sent"])
    }

    @Test("What was subscribed to as a name of one's own is shown once, and unsubscribed from as any") @EventLoopActor
    func subscribedBefore() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("stranger")
        #expect(try await client.answer("SUBSCRIBE \(office.name)") == ["OK SUBSCRIBE completed"])
        try await office.give("stranger", "read")
        #expect(try await client.answer("SUBSCRIBE \(office.name)") == ["OK SUBSCRIBE completed"])
        #expect(try await client.answer(#"LSUB "" Shared/*"#) == [#"* LSUB () "/" \#(office.name)"#, "OK LSUB completed"])
        #expect(try await client.answer(#"LSUB "" %"#).contains(#"* LSUB (\Noselect) "/" Shared"#))
        #expect(try await client.answer("UNSUBSCRIBE \(office.name)") == ["OK UNSUBSCRIBE completed"])
        #expect(try await client.answer(#"LSUB "" Shared/*"#) == ["OK LSUB completed"])
    }
}

import Runtime
import Testing

@Suite("IMAP: mailboxes")
struct IMAPMailboxTests {
    @EventLoopActor static func client() async throws -> Dialogue {
        let domain = try await CompanyDomain.make()
        return try await domain.imap(try await domain.user("ann"))
    }

    @Test("A user begins with the standard folders, each with its special use, all subscribed")
    @EventLoopActor func standardFolders() async throws {
        let client = try await Self.client()
        let listed = try await client.answer(#"LIST "" "*""#)
        #expect(Set(listed.dropLast()) == [
            #"* LIST (\HasNoChildren) "/" INBOX"#, #"* LIST (\HasNoChildren \Drafts) "/" Drafts"#,
            #"* LIST (\HasNoChildren \Sent) "/" Sent"#,
            #"* LIST (\HasNoChildren \Junk) "/" Junk"#, #"* LIST (\HasNoChildren \Trash) "/" Trash"#,
            #"* LIST (\HasNoChildren \Archive) "/" Archive"#,
        ])
        let subscribed = try await client.answer(#"LSUB "" "*""#)
        #expect(Set(subscribed.dropLast()) == Set(["INBOX", "Drafts", "Sent", "Junk", "Trash", "Archive"].map { #"* LSUB () "/" \#($0)"# }))
    }

    @Test("LIST shows the hierarchy: separator, children, names that are no mailboxes")
    @EventLoopActor func hierarchy() async throws {
        try await Self.client().says(#"""
            C: a LIST "" ""
            S: * LIST (\Noselect) "/" ""
            S: a OK LIST completed
            C: b CREATE a/b/c
            S: b OK CREATE completed
            C: c LIST a/ %
            S: * LIST (\HasChildren) "/" a/b
            S: c OK LIST completed
            C: d DELETE a/b
            S: d OK DELETE completed
            C: e LIST "" a/*
            S: * LIST (\HasNoChildren) "/" a/b/c
            S: * LIST (\Noselect \HasChildren) "/" a/b
            S: e OK LIST completed
            """#)
    }

    @Test("LSUB keeps names whose mailbox is gone, and shows levels above with %") @EventLoopActor func lsub() async throws {
        try await Self.client().says(#"""
            C: a SUBSCRIBE x/y
            S: a OK SUBSCRIBE completed
            C: b LSUB "" x*
            S: * LSUB () "/" x/y
            S: b OK LSUB completed
            C: c LSUB "" x%
            S: * LSUB (\Noselect) "/" x
            S: c OK LSUB completed
            C: d UNSUBSCRIBE x/y
            S: d OK UNSUBSCRIBE completed
            C: e LSUB "" x*
            S: e OK LSUB completed
            """#)
    }

    @Test("Names travel in modified UTF-7 (RFC 3501 §5.1.3)") @EventLoopActor func modifiedUTF7() async throws {
        try await Self.client().says(#"""
            C: a CREATE "Entw&APw-rfe"
            S: a OK CREATE completed
            C: b LIST "" Entw*
            S: * LIST (\HasNoChildren) "/" Entw&APw-rfe
            S: b OK LIST completed
            C: c CREATE "Entw&APw-rfe"
            S: c NO [ALREADYEXISTS] …
            """#)
    }

    @Test("CREATE and DELETE refuse what cannot be") @EventLoopActor func refusals() async throws {
        try await Self.client().says(#"""
            C: a CREATE inbox
            S: a NO [ALREADYEXISTS] …
            C: b CREATE "a//b"
            S: b NO [CANNOT] …
            C: c DELETE INBOX
            S: c NO [CANNOT] …
            C: d DELETE nope
            S: d NO [NONEXISTENT] …
            C: e RENAME nope other
            S: e NO [NONEXISTENT] …
            C: f STATUS nope (MESSAGES)
            S: f NO [NONEXISTENT] …
            C: g CREATE foo/
            S: g OK CREATE completed
            C: h CREATE Spam (USE (\Junk \Sent))
            S: h NO [USEATTR] …
            C: i CREATE "a
            S: i BAD …
            """#)
    }

    @Test("RENAME takes what is below along") @EventLoopActor func renameTree() async throws {
        try await Self.client().says(#"""
            C: a CREATE a/b
            S: a OK CREATE completed
            C: b RENAME a x/y
            S: b OK RENAME completed
            C: c LIST "" x/y/*
            S: * LIST (\HasNoChildren) "/" x/y/b
            S: c OK LIST completed
            C: d LIST "" a*
            S: d OK LIST completed
            """#)
    }

    @Test("RENAME INBOX moves its messages into the new mailbox, and INBOX stays, empty (RFC 3501 §6.3.5)")
    @EventLoopActor func renameInbox() async throws {
        let client = try await Self.client()
        try await client.append(Sample.note(1), to: "INBOX", #"(\Seen)"#)
        try await client.append(Sample.note(2))
        try await client.says(#"""
            C: a SELECT INBOX
            S: * 2 EXISTS
            S: * 2 RECENT
            S: * FLAGS (…)
            S: * OK [PERMANENTFLAGS (…)] …
            S: * OK [UNSEEN 2] …
            S: * OK [UIDVALIDITY …] …
            S: * OK [UIDNEXT 3] …
            S: a OK [READ-WRITE] SELECT completed
            C: b RENAME INBOX old
            S: * 1 EXPUNGE
            S: * 1 EXPUNGE
            S: b OK RENAME completed
            C: c STATUS old (MESSAGES UNSEEN)
            S: * STATUS old (MESSAGES 2 UNSEEN 1)
            S: c OK STATUS completed
            C: d STATUS INBOX (MESSAGES UIDNEXT)
            S: * STATUS INBOX (MESSAGES 0 UIDNEXT 3)
            S: d OK STATUS completed
            """#)
    }
}

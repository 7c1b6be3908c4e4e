import IMAP
import Testing

@Suite("Commands are read (RFC 3501 §6)") struct CommandTests {
    static let valid = [
        "CAPABILITY", "noop", "LOGOUT", "STARTTLS", "LOGIN SMITH SESAME", "LOGIN \"a b\" \"c\\\"d\"", "AUTHENTICATE PLAIN",
        "AUTHENTICATE PLAIN =",
        "AUTHENTICATE PLAIN AHRlc3QAdGVzdA==", "SELECT INBOX", "EXAMINE blurdybloop", "CREATE owatagusiam/",
        "CREATE MySpecial (USE (\\Drafts \\Sent))",
        "DELETE blurdybloop", "RENAME blurdybloop sarasoon", "SUBSCRIBE #news.comp.mail.mime", "UNSUBSCRIBE x", "LIST \"\" \"\"",
        "LIST #news. %",
        "LSUB \"\" *", "LIST \"~/Mail/\" \"%\"", "LIST \"\" {1+}\r\n*", "STATUS blurdybloop (UIDNEXT MESSAGES)",
        "STATUS INBOX (SIZE DELETED DELETED-STORAGE)",
        "APPEND saved-messages (\\Seen) {3+}\r\nabc", "APPEND x {0+}\r\n",
        "APPEND x (\\Seen $Foo) \"17-Jul-1996 02:44:25 -0700\" {1+}\r\na", "CHECK",
        "CLOSE", "UNSELECT", "EXPUNGE", "UID EXPUNGE 3000:3002", "SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\"",
        "SEARCH CHARSET UTF-8 TEXT {6+}\r\nabcdef",
        "UID SEARCH 1:* (OR SEEN (NOT ANSWERED)) UID 4,5",
        "SEARCH HEADER X-Foo \"\" SENTON \"1-Feb-1994\" LARGER 1 SMALLER 4294967295 KEYWORD $x UNKEYWORD y",
        "SEARCH BCC a CC b TO c SUBJECT d BODY e TEXT f BEFORE 11-Feb-1994 ON 1-Feb-1994 SENTBEFORE 1-Feb-1994 SENTSINCE 1-Feb-1994 "
            + "NEW OLD RECENT ALL",
        "FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])", "FETCH 1 ALL", "FETCH 1 FULL", "FETCH * FAST", "FETCH 1 RFC822.SIZE",
        "UID FETCH 4827313:4828442 FLAGS",
        "FETCH 1 (BODY BODYSTRUCTURE BODY.PEEK[1.2.MIME]<0.100> BODY[] BODY[TEXT] BODY[3.HEADER] RFC822 RFC822.HEADER RFC822.TEXT "
            + "ENVELOPE UID INTERNALDATE)",
        "FETCH 1 BODY[4.2.2.HEADER.FIELDS.NOT (\"a\" {1+}\r\nb)]<5.1>", "STORE 2:4 +FLAGS (\\Deleted)", "STORE 1 -FLAGS.SILENT \\Seen $x",
        "UID STORE 1 FLAGS ()",
        "COPY 2:4 MEETING", "UID COPY 1 x", "MOVE 42:69 foo", "UID MOVE 1 x", "NAMESPACE", "ID NIL", "ID ()",
        "ID (\"name\" \"sodr\" \"version\" NIL)",
        "ENABLE CONDSTORE X-GOOD-IDEA", "IDLE", "GETQUOTA \"\"", "GETQUOTAROOT INBOX", "SETQUOTA \"\" (STORAGE 512)", "SETQUOTA #x ()",
        "NOOP ", "MYRIGHTS INBOX", "GETACL Shared/info@acme.example", "LISTRIGHTS INBOX smith", "SETACL INBOX {4+}\r\nfred +lr",
        "SETACL INBOX fred \"\"", "DELETEACL INBOX fred",
    ]
    @Test("A command that the grammar allows", arguments: valid) func accepts(text: String) throws { _ = try command("A001 " + text) }

    static let invalid = [
        "", "FOO", "NOOP x", "LOGIN", "LOGIN a", "LOGIN a b c", "SELECT", "SELECT  INBOX", "SELECT (", "SELECT \"x", "LIST \"\"",
        "STATUS x ()", "STATUS x (FOO)",
        "STATUS x", "APPEND x", "APPEND x abc", "APPEND x \"17-Foo-1996 02:44:25 -0700\" {1+}\r\na", "APPEND x (\\Foo) {1+}\r\na",
        "APPEND x {1+}\r\na b", "SEARCH",
        "SEARCH FOO", "SEARCH OR SEEN", "SEARCH (SEEN", "SEARCH ON 31-Feb-1994", "SEARCH LARGER 4294967296", "FETCH 1", "FETCH 1 ()",
        "FETCH 0 FLAGS",
        "FETCH 1, FLAGS", "FETCH 1:2:3 FLAGS", "FETCH 1 BODY[MIME]", "FETCH 1 BODY[1.]", "FETCH 1 BODY[0]", "FETCH 1 BODY[]<1>",
        "FETCH 1 BODY[]<1.0>",
        "FETCH 1 BODY[HEADER.FIELDS ()]", "STORE 1 FLAGS", "STORE 1 ++FLAGS x", "UID", "UID NOOP", "UID EXPUNGE", "EXPUNGE 1", "COPY 1",
        "ID", "ID foo", "ENABLE",
        "FETCH 4294967296 FLAGS", "SETQUOTA x (STORAGE)", "MYRIGHTS", "GETACL a b", "LISTRIGHTS a", "SETACL a b", "DELETEACL a",
        "CREATE x (FOO (\\Sent))", "CREATE x (USE (\\Sent)",
    ]
    @Test("A command that it does not", arguments: invalid) func refuses(text: String) {
        #expect(throws: CommandError.self) { try command("A001 " + text) }
    }

    @Test("Without a tag the answer is untagged") func noTag() {
        #expect(throws: CommandError(tag: nil, error: .expected("a tag"))) { try command("+ NOOP") }
        #expect(throws: CommandError(tag: "x", error: .unknownCommand)) { try command("x FROB") }
    }

    @Test("FETCH reads sections and partial ranges") func fetch() throws {
        let fetch: Fetch = try parsed("FETCH 1:*,3 (BODY.PEEK[1.2.HEADER.FIELDS (From to)]<10.20> RFC822)")
        #expect(
            fetch.items == [
                .section(
                    BodySection(part: [1, 2], content: .headerFields([Array("From".utf8), Array("to".utf8)])),
                    PartialRange(origin: 10, count: 20), peeks: true),
                .rfc822,
            ])
        #expect(fetch.items.map(\.marksSeen) == [false, true])
        #expect(fetch.messages.set.ranges(largest: 7) == [1...7])
    }

    @Test("UID FETCH always answers with UID (RFC 3501 §6.4.8)") func uidFetch() throws {
        #expect(try parsed("UID FETCH 1 FLAGS", as: Fetch.self).items == [.uid, .flags])
        #expect(try command("a UID FETCH 1 FLAGS").maySendExpunge)
        #expect(try command("a FETCH 1 FLAGS").maySendExpunge == false)
    }

    @Test("SEARCH keeps what belongs together") func search() throws {
        #expect(
            try parsed("SEARCH OR (SEEN 2:3) NOT FROM \"Smith\" ALL", as: Search.self).key
                == .and([
                    .or(
                        .and([.flags(.seen), .sequence(SequenceSet(2...3))]),
                        .not(.header(name: Array("FROM".utf8), contains: Array("Smith".utf8)))), .all,
                ]))
        #expect(error("SEARCH CHARSET KOI8-R ALL") == .unsupportedCharset)
        #expect(error("SEARCH " + String(repeating: "NOT ", count: 60) + "ALL") == .tooComplex)
        #expect(error("SEARCH " + String(repeating: "(", count: 5000)) == .tooComplex)
    }

    @Test("APPEND has its message, flags and date") func append() throws {
        let append: Append = try parsed("APPEND inbox (\\Seen \\Recent $Work) \" 7-Feb-1994 21:52:25 -0800\" {3}\r\nabc")
        #expect(append.mailbox == .inbox && append.message == Array("abc".utf8))
        #expect(append.flags == Flags(.seen, keywords: ["$Work"]))
        #expect(append.date?.text == "\" 8-Feb-1994 05:52:25 +0000\"")
    }

    @Test("CREATE drops the final separator, and refuses uses that no mailbox can be given") func create() throws {
        #expect(try parsed("CREATE a/b/", as: Create.self).mailbox.text == "a/b")
        #expect(try parsed("CREATE x (USE (\\sent))", as: Create.self).uses == [.sent])
        #expect(error("CREATE x (USE (\\All))") == .unsupportedSpecialUse)
    }

    @Test("Every command is in the table once, and knows when it may come") func table() {
        #expect(Set(CommandTable.all.map { $0.name }).count == CommandTable.all.count)
        #expect(CommandTable.all.allSatisfy { !$0.allowed.isEmpty })
    }
}

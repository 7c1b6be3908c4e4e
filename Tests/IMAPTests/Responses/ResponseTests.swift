import IMAP
import MIME
import Testing

@Suite("Responses are written (RFC 3501 §7)") struct ResponseTests {
    func text(_ response: UntaggedResponse) -> String { String(decoding: response.bytes, as: UTF8.self) }

    @Test("Data about mailboxes") func mailboxes() {
        #expect(text(.flags([.answered, .seen], keywords: ["$x"])) == "* FLAGS (\\Answered \\Seen $x)\r\n")
        #expect(text(.exists(23)) == "* 23 EXISTS\r\n")
        #expect(text(.search([])) == "* SEARCH\r\n")
        #expect(text(.search([2, 84])) == "* SEARCH 2 84\r\n")
        #expect(
            text(.list(MailboxListing(MailboxName("a b"), [.hasNoChildren], use: .sent)))
                == "* LIST (\\HasNoChildren \\Sent) \"/\" \"a b\"\r\n")
        #expect(text(.list(MailboxListing(MailboxName(""), [.noSelect]))) == "* LIST (\\Noselect) \"/\" \"\"\r\n")
        #expect(
            text(.status(MailboxName("ä"), [(.messages, 231), (.uidNext, 44292)])) == "* STATUS &AOQ- (MESSAGES 231 UIDNEXT 44292)\r\n")
        #expect(text(.namespace(shared: nil)) == "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n")
        #expect(text(.namespace(shared: "Shared/")) == "* NAMESPACE ((\"\" \"/\")) NIL ((\"Shared/\" \"/\"))\r\n")
        #expect(text(.quota(root: "", [QuotaFigure(.storage, usage: 10, limit: 512)])) == "* QUOTA \"\" (STORAGE 10 512)\r\n")
        #expect(text(.quotaRoot(.inbox, [])) == "* QUOTAROOT INBOX\r\n")
        #expect(text(.id([("name", "x")])) == "* ID (\"name\" \"x\")\r\n")
        #expect(text(.enabled([])) == "* ENABLED\r\n")
        #expect(text(.myRights(.inbox, [.lookUp, .read, .expunge])) == "* MYRIGHTS INBOX lred\r\n")
        #expect(text(.acl(.inbox, [("fred", [.read, .create]), ("x y", [])])) == "* ACL INBOX fred rkc \"x y\" \"\"\r\n")
        let granted = UntaggedResponse.listRights(
            .inbox, identifier: Array("smith".utf8), always: [], grantable: [[.lookUp, .read], .delete])
        #expect(text(granted) == "* LISTRIGHTS INBOX smith \"\" lr xc\r\n")
    }

    @Test("Conditions, with their codes") func conditions() {
        let code = ResponseCode.copyUID(validity: 38505, source: "304,319:320", destination: "3956:3958")
        #expect(
            String(decoding: ConditionResponse(tag: "A3", .ok, code, text: "Done").bytes, as: UTF8.self)
                == "A3 OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n")
        #expect(String(decoding: ConditionResponse(tag: nil, .bye, text: "a\r\nb").bytes, as: UTF8.self) == "* BYE a??b\r\n")
        #expect(ResponseCode.permanentFlags(.deleted, keywords: ["x"], mayCreate: true).text == "PERMANENTFLAGS (\\Deleted x \\*)")
    }

    @Test("Any octets are a string that reads back") func strings() {
        var random = SeededGenerator(state: 1)
        for length in [0, 1, 2, 5, 50, 999, 1000, 1001] {
            for _ in 0..<200 {
                let octets = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next() % (length.isMultiple(of: 2) ? 128 : 255)) + 1 }
                var output = ResponseWriter()
                output.string(octets)
                #expect(ResponseTree.read(output.bytes) == [.string(octets)])
            }
        }
        var output = ResponseWriter()
        output.astring(Array("NIL".utf8))
        #expect(output.bytes == Array("\"NIL\"".utf8))
    }

    @Test("FETCH with sections and flags") func fetch() {
        var response = FetchResponse(number: 12)
        response.uid(7)
        response.flags(.seen, keywords: ["k"], isRecent: true)
        response.size(44827)
        response.section(
            BodySection(part: [1], content: .headerFields([Array("From".utf8), Array("a b".utf8)])), origin: 3, Array("é".utf8))
        response.section(BodySection(part: [9]), origin: nil, [UInt8]?.none)
        response.sectionHeader(BodySection(), origin: nil, count: 2)
        response.output.raw(Array("hi".utf8))
        response.end()
        #expect(
            String(decoding: response.output.bytes, as: UTF8.self)
                == "* 12 FETCH (UID 7 FLAGS (\\Seen \\Recent k) RFC822.SIZE 44827 BODY[1.HEADER.FIELDS (From \"a b\")]<3> {2}\r\né "
                + "BODY[9] NIL BODY[] {2}\r\nhi)\r\n"
        )
    }

    @Test("ENVELOPE has ten parts, BODYSTRUCTURE those of its kind") func structures() throws {
        let message = ParsedMessage(
            Array(
                ("Date: Wed, 17 Jul 1996 02:23:25 -0700\r\nFrom: Terry Gray <gray@cac.washington.edu>\r\n"
                    + "Subject: IMAP4rev1 \"WG\"\r\nTo: undisclosed:;\r\n"
                    + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                    + "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhi\r\n"
                    + "--b\r\nContent-Type: image/png; name=\"a\\\\b\"\r\nContent-Disposition: attachment; filename=x.png\r\n"
                    + "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
                    + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody\r\n--b--\r\n").utf8))
        var output = ResponseWriter()
        output.envelope(message.envelope)
        guard case .list(let envelope)? = ResponseTree.read(output.bytes)?.first else { Issue.record("no list"); return }
        #expect(envelope.count == 10)
        #expect(envelope[1] == .string("IMAP4rev1 \"WG\""))
        #expect(envelope[2] == .list([.list([.string("Terry Gray"), .null, .string("gray"), .string("cac.washington.edu")])]))
        for extensible in [true, false] {
            output = ResponseWriter()
            output.body(message.bodyStructure, extensible: extensible)
            guard case .list(let body)? = ResponseTree.read(output.bytes)?.first else { Issue.record("no list"); return }
            #expect(body.count == (extensible ? 8 : 4))
            #expect(body[3] == .string("mixed"))
            guard case .list(let text) = body[0], case .list(let image) = body[1], case .list(let inner) = body[2] else {
                Issue.record("no parts"); return
            }
            #expect(text.count == (extensible ? 12 : 8) && image.count == (extensible ? 11 : 7) && inner.count == (extensible ? 14 : 10))
            #expect(image[2] == .list([.string("name"), .string("a\\b")]))
        }
    }
}

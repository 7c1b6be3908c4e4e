import MIME
import Testing

@Suite("Envelope and body structure") struct StructureTests {
    @Test("Sender and Reply-To default to From (RFC 3501 §7.4.2)") func envelope() {
        let message = ParsedMessage(
            crlf(
                "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\nFrom: Terry Gray <gray@cac.washington.edu>\n"
                    + "Subject: IMAP4rev1 WG\n mtg summary\nTo: imap@cac.washington.edu\nReply-To:\n"
                    + "Message-Id: <B27397-0100000@cac.washington.edu>\n\n"
            ))
        let envelope = message.envelope
        #expect(text(envelope.subject) == "IMAP4rev1 WG mtg summary")
        #expect(envelope.sender == envelope.from && envelope.replyTo == envelope.from && envelope.cc.isEmpty)
        #expect(text(envelope.messageID) == "<B27397-0100000@cac.washington.edu>" && envelope.inReplyTo == nil)
    }

    /// RFC 3501 §7.4.2, the example under BODY: two parts of 23 and 73 lines.
    @Test("The example of RFC 3501 §7.4.2") func bodyStructure() {
        let firstBody =
            String(repeating: String(repeating: "x", count: 48) + "\r\n", count: 22) + String(repeating: "y", count: 50) + "\r\n"
        let secondBody =
            String(repeating: String(repeating: "z", count: 60) + "\r\n", count: 72) + String(repeating: "z", count: 88) + "\r\n"
        let source =
            "Content-Type: MULTIPART/MIXED; BOUNDARY=b\r\n\r\n"
            + "--b\r\nContent-Type: TEXT/PLAIN; CHARSET=US-ASCII\r\n\r\n\(firstBody)\r\n--b\r\n"
            + "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; NAME=\"cc.diff\"\r\nContent-ID: <960723163407.20117h@cac.washington.edu>\r\n"
            + "Content-Description: Compiler diff\r\nContent-Transfer-Encoding: BASE64\r\n"
            + "Content-Disposition: attachment; filename=cc.diff\r\nContent-Language: en, de\r\n"
            + "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\nContent-Location: a/\r\n b\r\n\r\n\(secondBody)\r\n--b--\r\n"
        let structure = ParsedMessage(bytes(source)).bodyStructure
        guard case .multipart(let parts) = structure.content, parts.count == 2 else {
            Issue.record("no multipart")
            return
        }
        #expect(parts[0].octets == 1152 && parts[0].content == .text(lines: 23) && text(parts[0].encoding) == "7BIT")
        #expect(parts[1].octets == 4554 && parts[1].content == .text(lines: 73) && text(parts[1].encoding) == "BASE64")
        #expect(text(parts[1].id) == "<960723163407.20117h@cac.washington.edu>" && text(parts[1].description) == "Compiler diff")
        #expect(parts[1].disposition?.parameter("filename").flatMap(text) == "cc.diff")
        #expect(parts[1].languages.map { text($0) } == ["en", "de"] && text(parts[1].location) == "a/b")
        #expect(text(parts[1].md5) == "Q2hlY2sgSW50ZWdyaXR5IQ==")
    }

    @Test("Parts of a digest are messages (RFC 2046 §5.1.5), and a multipart without parts shows one") func defaults() {
        let digest = ParsedMessage(crlf("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nx\ny\n--b--"))
        guard case .multipart(let parts) = digest.bodyStructure.content,
            case .message(let envelope, let inner, let lines) = parts[0].content
        else {
            Issue.record("no digest")
            return
        }
        #expect(text(envelope.subject) == "one" && inner.content == .text(lines: 1) && lines == 3 && parts[0].octets == 20)
        #expect(ParsedMessage(crlf("Content-Type: multipart/mixed; boundary=b\n\n")).bodyStructure.content == .multipart([.emptyPart]))
        #expect(ParsedMessage(crlf("Content-Type: multipart/mixed\n\n")).bodyStructure.type == .octetStream)
    }
}

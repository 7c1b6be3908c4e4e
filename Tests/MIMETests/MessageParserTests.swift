import MIME
import Testing

@Suite("Parsing messages") struct MessageParserTests {
    @Test("The example of RFC 2046 §5.1.1 has two parts, the first without a line end") func simpleMultipart() {
        for source in [bytes(Samples.multipart), crlf(Samples.multipart)] {
            let message = ParsedMessage(source)
            #expect(message.root.parts.count == 2)
            let first = message.bytes(of: MessageSection(part: [1])), second = message.bytes(of: MessageSection(part: [2]))
            #expect(text(first)?.hasSuffix("It does NOT end with a linebreak.") == true)
            #expect(text(second)?.hasSuffix("It DOES end with a linebreak.\n") == true || text(second)?.hasSuffix("linebreak.\r\n") == true)
            #expect(message.root.parts[0].bodyLines == 1)
            #expect(message.root.parts[1].bodyLines == 2)
        }
    }

    @Test("The example of RFC 2049, appendix A, is read to its depth") func complexMultipart() {
        let message = ParsedMessage(crlf(Samples.complex))
        #expect(message.root.parts.map { $0.parts.count } == [0, 0, 2, 0, 0])
        #expect(message.part([3, 2])?.contentType.hasSubtype("jpeg") == true)
        #expect(text(message.bytes(of: MessageSection(part: [5], text: .header)))?.hasPrefix("From: (mailbox") == true)
        #expect(text(message.bytes(of: MessageSection(part: [5, 1])))?.hasPrefix("  ... Additional") == true)
        #expect(
            text(message.bytes(of: MessageSection(part: [3, 1], text: .mime)))
                == "Content-Type: audio/basic\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        #expect(message.part([6]) == nil && message.part([0]) == nil && message.part([1, 1]) == nil)
    }

    @Test("Boundaries that begin alike are told apart") func prefixBoundaries() {
        let message = ParsedMessage(
            crlf(
                "Content-Type: multipart/mixed; boundary=a\n\n"
                    + "--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\nx\n--ab--\n--a\n\ny\n--a--\n"
            ))
        #expect(message.root.parts.map { $0.parts.count } == [1, 0])
        #expect(text(message.bytes(of: MessageSection(part: [1, 1]))) == "x")
        #expect(text(message.bytes(of: MessageSection(part: [2]))) == "y")
    }

    @Test("An outer delimiter ends inner multiparts that were never closed") func unclosedInner() {
        let message = ParsedMessage(
            crlf("Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--o\n\ny"))
        #expect(text(message.bytes(of: MessageSection(part: [1, 1]))) == "x")
        #expect(text(message.bytes(of: MessageSection(part: [2]))) == "y")
    }

    static let odd: [(String, header: String, body: String)] = [
        ("", "", ""), ("\n", "\n", ""), ("A: b", "A: b", ""), ("A: b\n", "A: b\n", ""), ("A: b\n\n", "A: b\n\n", ""),
        ("\nbody", "\n", "body"), ("no field\nA: b\n\nx", "no field\nA: b\n\n", "x"), ("A: b\r\n\r\nx\0y", "A: b\r\n\r\n", "x\0y"),
        ("A : b\n c\n\n", "A : b\n c\n\n", ""), ("\r\n\r\n", "\r\n", "\r\n"), ("\r", "\r", ""),
    ]
    @Test("Anything is a message", arguments: odd) func oddMessages(source: String, header: String, body: String) {
        let message = ParsedMessage(bytes(source))
        #expect(text(message.bytes(of: MessageSection(text: .header))) == header)
        #expect(text(message.bytes(of: MessageSection(text: .text))) == body)
        #expect(text(message.bytes(of: MessageSection())) == source)
    }

    @Test("Parts may be empty, and may lack header or separator") func emptyParts() {
        let message = ParsedMessage(crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\n\n\n--b\nA: b\n--b--"))
        #expect(message.root.parts.count == 4)
        #expect(message.root.parts.map { $0.bodyRange.count } == [0, 0, 0, 0])
    }

    @Test("HEADER.FIELDS selects fields with their folding, and keeps the blank line") func headerFields() {
        let message = ParsedMessage(crlf("Subject: a\n b\nTo: c\nsubject: d\nX: e\n\nbody"))
        let names = [bytes("SUBJECT"), bytes("to")]
        #expect(text(message.bytes(of: MessageSection(text: .headerFields(names)))) == "Subject: a\r\n b\r\nTo: c\r\nsubject: d\r\n\r\n")
        #expect(text(message.bytes(of: MessageSection(text: .headerFieldsNot(names)))) == "X: e\r\n\r\n")
        #expect(text(message.bytes(of: MessageSection(text: .headerFields(names)), partial: (offset: 9, octets: 8))) == "a\r\n b\r\nT")
        #expect(message.bytes(of: MessageSection(), partial: (offset: 1000, octets: 8)) == [])
        #expect(text(message.bytes(of: MessageSection(part: [1]))) == "body")
        #expect(message.section(MessageSection(part: [1], text: .text)) == nil)
    }

    @Test("Parts below depth 100 are leaves, however deep the message is") func deepNesting() {
        var source: [UInt8] = []
        for level in 0..<10_000 { source += bytes("Content-Type: multipart/mixed; boundary=b\(level)\r\n\r\n--b\(level)\r\n") }
        let message = ParsedMessage(source)
        var depth = 0
        var entity = message.root
        while let child = entity.children.first { (entity, depth) = (child, depth + 1) }
        #expect(depth == 100)
        #expect(entity.kind == .leaf && entity.contentType.isMultipart)
        #expect(CachedStructure(decoding: CachedStructure(of: message).encoded) == CachedStructure(of: message))
        let forwarded = ParsedMessage(bytes(String(repeating: "Content-Type: message/rfc822\r\n\r\n", count: 10_000)))
        #expect(forwarded.bodyStructure.type.isMessage)
    }

    @Test("No more than 10,000 parts and fields are told apart") func manyParts() {
        let parts = ParsedMessage(bytes("Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\n", count: 30_000)))
        #expect(parts.root.parts.count == 10_000)
        let fields = ParsedMessage(bytes(String(repeating: "A: b\n", count: 30_000) + "\nbody"))
        #expect(fields.root.fields.count == 10_000)
        #expect(text(fields.bytes(of: MessageSection(part: [1]))) == "body")
    }
}

import MIME
import Testing

@Suite("Building messages") struct BuildingTests {
    @Test(
        "Encoded words come back, and none is longer than 75 octets",
        arguments: ["plain", "Grüße", String(repeating: "日本語", count: 40), "=?x?="])
    func encodedWords(source: String) {
        let encoded = EncodedWord.encode(source)
        #expect(EncodedWord.decode(encoded) == source)
        #expect(encoded.split(separator: 32).allSatisfy { $0.count <= 75 })
    }

    @Test("Fields are folded at 78 octets and hold no line end of the value") func folding() {
        var writer = HeaderWriter()
        writer.text("Subject", String(repeating: "word ", count: 60) + "\r\nBcc: x")
        writer.end()
        let message = ParsedMessage(writer.bytes)
        #expect(message.root.fields.count == 1)
        #expect(writer.bytes.split(separator: 10).allSatisfy { $0.count <= 79 })
    }

    static func report(_ returned: DeliveryReport.Returned) -> DeliveryReport {
        DeliveryReport(
            reportingMTA: "mx.example.org", sender: bytes("ann@example.org"), envelopeID: bytes("QQ314159"),
            arrival: DateTime(secondsSince1970: 880_127_706),
            recipients: [
                .init(
                    original: bytes("rfc822;bob@example.net"), final: bytes("bob@example.net"), action: .failed, status: "5.1.1",
                    remoteMTA: "mx.example.net", diagnostic: bytes("550 5.1.1 no such\r\nuser"),
                    lastAttempt: DateTime(secondsSince1970: 880_127_800),
                    explanation: "mx.example.net said: 550 5.1.1 no such user")
            ], returned: returned, date: DateTime(secondsSince1970: 880_127_900), messageID: bytes("<1@mx.example.org>"), boundary: "=_b")
    }

    @Test("A failure report has the three parts of RFC 3462 with the fields of RFC 3464") func failureReport() {
        let message = ParsedMessage(Self.report(.header(bytes("Subject: x\r\n\r\n"))).message)
        #expect(message.root.contentType.parameter("report-type").flatMap(text) == "delivery-status")
        #expect(message.root.parts.map { text($0.contentType.subtype) } == ["plain", "delivery-status", "rfc822-headers"])
        let status = text(message.bytes(of: MessageSection(part: [2]))) ?? ""
        #expect(
            status == """
                Original-Envelope-Id: QQ314159\r
                Reporting-MTA: dns; mx.example.org\r
                Arrival-Date: Fri, 21 Nov 1997 15:55:06 +0000\r
                \r
                Original-Recipient: rfc822;bob@example.net\r
                Final-Recipient: rfc822; bob@example.net\r
                Action: failed\r
                Status: 5.1.1\r
                Remote-MTA: dns; mx.example.net\r
                Diagnostic-Code: smtp; 550 5.1.1 no suchuser\r
                Last-Attempt-Date: Fri, 21 Nov 1997 15:56:40 +0000\r

                """)
        #expect(text(message.first("To")) == "ann@example.org")
    }

    @Test("RET=FULL returns the message itself") func fullReport() {
        let message = ParsedMessage(Self.report(.full(crlf("Subject: x\n\nbödy\n"))).message)
        #expect(
            message.root.parts.last?.embedded.map {
                text(message.bytes(of: MessageSection(part: [3, 1]))) == "bödy\r\n" && $0.fields.count == 1
            } == true)
    }
}

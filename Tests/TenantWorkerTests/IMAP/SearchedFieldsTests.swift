import MIME
import TenantWorker
import Testing

@Suite("IMAP: fields kept for SEARCH")
struct SearchedFieldsTests {
    static let messages = [
        "Subject: a\r\n b\r\nX-Other: subject\r\n more\r\nsubject : second\r\nFROM: =?utf-8?q?=C3=A4?= <a@b>\r\n\r\nSubject: body\r\n",
        "no field\r\n continued\r\nTo: x\n\ty\nnonsense\nCc:\nDate: Mon, 7 Feb 1994 21:52:25 -0800",
        "\r\nSubject: none\r\n", "", "Subject:", "Bcc: a\r\rb\r\nMessage-ID: <1@x>\r\n",
    ]

    @Test("They read like those of the whole message", arguments: messages) func sameValues(text: String) {
        let whole = ParsedMessage(Array(text.utf8))
        let kept = ParsedMessage(SearchedFields.bytes(of: whole))
        for name in SearchedFields.names {
            let values = whole.fields(name, in: whole.root).map { whole.value(of: $0) }
            #expect(kept.fields(name, in: kept.root).map { kept.value(of: $0) } == values)
        }
        #expect(kept.root.fields.allSatisfy { field in
            SearchedFields.names.contains(String(decoding: kept.name(of: field), as: UTF8.self).lowercased())
        })
    }
}

import ControlPlane
import Testing

@Suite("Records of tags and values") struct TagListTests {
    static let lists: [(String, String, String?)] = [
        ("v=DMARC1; p=none", "p", "none"), ("v=DMARC1;p = quarantine ;", "p", "quarantine"), ("v=STSv1; id=a;", "id", "a"),
        ("v=DMARC1; sp=none", "p", nil), ("v=DMARC1; p", "p", nil), ("", "v", nil), ("p=none; p=reject", "p", "none"),
        ("v=TLSRPTv1; rua=https://a.example/?x=1", "rua", "https://a.example/?x=1"), (";;=;p==", "p", "="),
    ]
    @Test("A tag's value is found without blanks", arguments: lists) func values(text: String, tag: String, value: String?) {
        #expect(TagList(text)[tag] == value)
    }

    static let policies: [(String, Bool)] = [
        ("v=DMARC1; p=none; rua=mailto:a@b.example", true), ("v=DMARC1; p=NONE", true), ("v=DMARC1; p=quarantine", false),
        ("v=DMARC1; p=reject; sp=none", false), ("v=DMARC1", false),
    ]
    @Test("p=none asks for nothing", arguments: policies) func policy(text: String, asksForNothing: Bool) {
        #expect(DMARCRecord(text).asksForNothing == asksForNothing)
    }
}

import IMAP
import Testing

@Suite("Values") struct ValueTests {
    static let names: [(String, String)] = [
        ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"), ("&Jjo-!", "☺!"), ("a&-b", "a&b"), ("Entw&APw-rfe", "Entwürfe"),
        ("&2D3eAA-", "😀"), ("", ""),
    ]
    @Test("Mailbox names are modified UTF-7 on the wire (RFC 3501 §5.1.3)", arguments: names) func mailboxNames(wire: String, text: String)
    {
        #expect(ModifiedUTF7.decode(wire.utf8) == text)
        #expect(ModifiedUTF7.encode(text) == Array(wire.utf8))
    }
    @Test(
        "What is no modified UTF-7 is refused",
        arguments: ["&Jjo!", "&U,BTFw-&ZeVnLIqe-", "&", "a&b", "&AGE-", "&2D0-", "&AAA-", "&A-", "a\u{7}", "&AP-"])
    func badNames(wire: String) { #expect(ModifiedUTF7.decode(wire.utf8) == nil) }

    @Test("Any name survives the wire") func anyName() {
        var random = SeededGenerator(state: 7)
        for _ in 0..<5000 {
            let scalars = (0..<(random.next() % 12)).compactMap { _ in
                Unicode.Scalar(UInt32(random.next() % [0x60, 0x300, 0x3000, 0x10FF00][Int(random.next() % 4)] + 0x20))
            }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
            #expect(ModifiedUTF7.decode(ModifiedUTF7.encode(text)) == text)
        }
    }

    @Test("INBOX is INBOX in any case, also above others") func inbox() {
        #expect(MailboxName("iNbOx") == .inbox)
        #expect(MailboxName("inbox/Sub").text == "INBOX/Sub")
        #expect(MailboxName("inboxes").text == "inboxes")
        #expect(MailboxName("a/b/c").ancestors.map(\.text) == ["a", "a/b"])
        #expect(MailboxName("a/b").isDescendant(of: MailboxName("a")) && !MailboxName("ab").isDescendant(of: MailboxName("a")))
        #expect(
            !MailboxName("a//b").isWellFormed && !MailboxName("").isWellFormed && !MailboxName("a*").isWellFormed
                && MailboxName("a/b").isWellFormed)
    }

    static let patterns: [(String, String, String, Bool)] = [
        ("", "*", "a/b", true), ("", "%", "a/b", false), ("", "%", "a", true), ("", "%/%", "a/b", true), ("a/", "%", "a/b", true),
        ("", "inbox", "INBOX", true),
        ("", "a*b", "a/x/b", true), ("", "a%b", "a/b", false), ("", "", "", true),
        ("", "*a*a*a*a*a*a*a*a*a*a*b", String(repeating: "a", count: 200), false),
        ("", "%*", "a/b", true), ("", "*%", "a/b", true), ("", "a%%", "ab", true),
    ]
    @Test("LIST patterns (RFC 3501 §6.3.8)", arguments: patterns) func pattern(
        reference: String, pattern: String, name: String, matches: Bool
    ) {
        #expect(MailboxPattern(reference: reference, pattern: pattern).matches(MailboxName(name)) == matches)
    }

    @Test("Sequence sets (RFC 3501 §9)") func sets() throws {
        #expect(try parsed("FETCH 2,4:7,9,12:* FLAGS", as: Fetch.self).messages.set.ranges(largest: 15) == [2...2, 4...7, 9...9, 12...15])
        #expect(try parsed("FETCH *:4,5:7 FLAGS", as: Fetch.self).messages.set.ranges(largest: 10) == [4...10])
        #expect(try parsed("UID FETCH 559:* FLAGS", as: Fetch.self).messages.set.ranges(largest: 10) == [10...559])
        #expect(try parsed("FETCH 4294967295,1:4294967295 FLAGS", as: Fetch.self).messages.set.ranges(largest: 1) == [1...UInt32.max])
        #expect(SequenceSet.text(of: [1, 2, 3, 5, 7, 8]) == "1:3,5,7:8")
        #expect(SequenceSet.text(of: [UInt32.max - 1, .max]) == "4294967294:4294967295")
    }

    @Test("Every day has its number and back") func days() {
        for day in stride(from: -700_000 as Int64, to: 2_900_000, by: 997) {
            let text = InternalDate(secondsSince1970: day * 86_400 + 5).text
            #expect((try? parsed("APPEND x \(text) {1+}\r\na", as: Append.self))?.date == InternalDate(secondsSince1970: day * 86_400 + 5))
        }
        #expect(InternalDate(secondsSince1970: 0).text == "\" 1-Jan-1970 00:00:00 +0000\"")
        #expect(InternalDate(secondsSince1970: -1).day.daysSince1970 == -1)
        #expect(!InternalDate(secondsSince1970: .min).text.isEmpty && !InternalDate(secondsSince1970: .max).text.isEmpty)
    }
}

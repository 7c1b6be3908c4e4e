import MIME
import Testing

@Suite("Decoding and search") struct DecodingTests {
    /// RFC 2047 §8.
    static let words: [(String, String)] = [
        ("(=?ISO-8859-1?Q?a?=)", "(a)"), ("(=?ISO-8859-1?Q?a?= b)", "(a b)"), ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"), ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        ("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"),
        ("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"), ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
        (
            "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example."
        ),
        ("=?utf-8?b?w6Q=?=", "ä"), ("=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"), ("=?utf-8?x?a?=", "=?utf-8?x?a?="), ("=?", "=?"),
        ("a =b= c", "a =b= c"),
        ("=?iso-8859-15?q?=A4?=", "€"), ("=?windows-1252?q?=80?=", "€"), ("=?utf-8*en?q?a?= b", "a b"),
    ]
    @Test("Encoded words", arguments: words) func encodedWord(source: String, expected: String) {
        #expect(EncodedWord.decode(bytes(source)) == expected)
    }

    static let quotedVectors: [(String, String)] = [
        ("Now's the time =\r\nfor all folk to come=\r\n to the aid", "Now's the time for all folk to come to the aid"), ("=41=4a", "AJ"),
        ("a=", "a"),
        ("a= \nb", "ab"), ("=4", "=4"), ("x  \r\ny", "x\r\ny"), ("=XY", "=XY"),
    ]
    @Test("Quoted-printable (RFC 2045 §6.7)", arguments: quotedVectors) func quotedPrintable(source: String, expected: String) {
        #expect(text(QuotedPrintable.decode(bytes(source))) == expected)
    }

    /// RFC 4648 §10, which agrees with RFC 2045 §6.8 here.
    static let base64Vectors: [(String, String)] = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
    ]
    @Test("Base64", arguments: base64Vectors) func base64(plain: String, encoded: String) {
        #expect(text(Base64.encode(bytes(plain))) == encoded)
        #expect(text(Base64.decode(bytes(encoded))) == plain)
        #expect(text(Base64.decode(bytes(encoded.map { "\($0)\r\n!" }.joined()))) == plain)
    }

    @Test("Search looks through encodings and case") func search() {
        let message = ParsedMessage(
            crlf(
                "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= aus\n K=?utf-8?q?oeln?=\nContent-Type: multipart/mixed; boundary=b\n\n"
                    + "--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n"
                    + "=C4pfel und Bir=\nnen\n"
                    + "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8gV29ybGQ=\n"
                    + "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nc2VjcmV0\n--b--"
            ))
        #expect(message.headerContains("subject", SearchKey("GRÜSSE")) == false)
        #expect(message.headerContains("subject", SearchKey("grüße AUS")))
        #expect(message.headerContains("subject", SearchKey("")) && !message.headerContains("x-none", SearchKey("")))
        #expect(message.bodyContains(SearchKey("äpfel UND birnen")))
        #expect(message.bodyContains(SearchKey("hello world")))
        #expect(!message.bodyContains(SearchKey("secret")) && !message.bodyContains(SearchKey("grüße")))
        #expect(message.textContains(SearchKey("Grüße")))
        #expect(SearchKey("aab").isFound(in: "aaab") && SearchKey("abab").isFound(in: "ababb") && !SearchKey("abc").isFound(in: "ab"))
    }
}

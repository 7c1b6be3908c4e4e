import SASL
import Testing

@Suite("Base 64 on octets") struct Base64Tests {
    /// RFC 4648 §10.
    static let vectors: [(String, String)] = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]

    @Test("The RFC's vectors encode and decode", arguments: vectors) func vector(octets: String, text: String) {
        #expect(Base64.encode(Array(octets.utf8)) == Array(text.utf8))
        #expect(Base64.decode(Array(text.utf8)) == Array(octets.utf8))
    }

    static let wrong = ["Z", "Zg", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Zm 8=", "Zm8\r\n", "====", "=m8=", "Zm-_", "Z===", "Zg=a"]

    @Test("What the encoder would not write is refused", arguments: wrong) func refusal(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test("All octets survive, at each length") func roundTrip() {
        for length in 0...300 {
            let octets = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(Base64.decode(Base64.encode(octets)) == octets)
        }
    }
}

import Crypt
import Testing

@Suite struct CryptTests {
    /// Made by `openssl passwd -6` and Python's `crypt`.
    static let hashes = [
        "$6$saltstring$.r0X7ub5wGR2v4Xz7svCIozfnlorFh19V89t8KC9Umd81uGhFgsyTRNyzQDXDIm17fFcR9z3z7oBNdsyYBbtm/",
        "$6$rounds=10000$saltstringsaltst$uWkfitxWIj/pKw1nBSBgiQR8Pwbr7IMycYT33N8JITrE33DUmC8bV6rVVtFeP/iZRI3xx58jHgvVgQRG8FBmF/",
        "$6$$6LUofpTKYGJWmsxkYcfhDE9wD283B.yVCb5N1sauapb401RaE4WCRGITJhyCTMm1Vn0P9o4AW6q0BRXpOJZc9.",
        "$6$a-b+c=$/ScUXU1KlwPLxiPX6dwJmXgAN5rf0aTcj43itPv9zinsvOe68A9c63stFZaB7vp6RJZj0UWIvpCO1eVZHcV5o1",
        "$5$saltstring$vc6YOOogU4kWVvwga8e9zTFgKcy4tb5LaPxIiPJzqEC",
        "$2y$05$CCCCCCCCCCCCCCCCCCCCC.WrAwgFxicHZ3kL7zMvXYXHKosDn8ot2", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.WrAwgFxicHZ3kL7zMvXYXHKosDn8ot2",
        "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
        // The salt's last character with bits that belong to no octet.
        "$2y$04$abcdefghijklmnopqrstuvjydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
    ]
    @Test("A hash verifies its own password and no other", arguments: hashes) func verify(hash: String) throws {
        #expect(try Crypt.verify(hash, password: Array("correct horse".utf8)))
        for wrong in ["Correct horse", "correct horse ", "", "correct horse\0", "correct horse\0x", String(repeating: "x", count: 600)] {
            #expect(try !Crypt.verify(hash, password: Array(wrong.utf8)))
        }
    }

    /// From the specification of SHA-crypt, and from the test vectors of crypt_blowfish.
    static let published = [
        ("Hello world!", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"),
        ("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
    ]
    @Test("Published vectors are right", arguments: published) func vectors(password: String, hash: String) throws {
        #expect(try Crypt.verify(hash, password: Array(password.utf8)))
    }

    static let noHashes = ["", "$", "$6$rounds=5$a$b", "$2y$99$CCCCCCCCCCCCCCCCCCCCC.", "$9$a$b", "*0"]
    @Test("What is no hash is told apart from a wrong password", arguments: noHashes) func noHash(text: String) {
        #expect(throws: CryptError.notAHash) { try Crypt.verify(text, password: [1]) }
    }
}

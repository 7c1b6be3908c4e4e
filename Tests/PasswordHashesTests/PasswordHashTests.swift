import PasswordHashes
import Testing

@Suite("Password hashes of mail systems") struct PasswordHashTests {
    static let sha512 = "$6$saltstring$.r0X7ub5wGR2v4Xz7svCIozfnlorFh19V89t8KC9Umd81uGhFgsyTRNyzQDXDIm17fFcR9z3z7oBNdsyYBbtm/"
    static let sha512Slow =
        "$6$rounds=10000$saltstringsaltst$uWkfitxWIj/pKw1nBSBgiQR8Pwbr7IMycYT33N8JITrE33DUmC8bV6rVVtFeP/iZRI3xx58jHgvVgQRG8FBmF/"
    static let sha256 = "$5$saltstring$vc6YOOogU4kWVvwga8e9zTFgKcy4tb5LaPxIiPJzqEC"
    static let bcrypt = "$2y$05$CCCCCCCCCCCCCCCCCCCCC.WrAwgFxicHZ3kL7zMvXYXHKosDn8ot2"
    static let argon2 = "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
    static let key = "eea55bb73edfcebda120ce88c5bec0d56f6053e6"

    static let right: [(String, String, UInt64)] = [
        ("{SSHA.b64}f0CceVSke+IK0le3znCfxtpRGtRzQGx0", "SSHA", 1),
        ("{SSHA.HEX}7f409c7954a47be20ad257b7ce709fc6da511ad473406c74", "SSHA", 1),
        ("{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0", "SSHA", 1), ("{ssha}f0CceVSke+IK0le3znCfxtpRGtRzQGx0", "SSHA", 1),
        ("{SSHA256}YflVcOMs6k7tbGkQbQNVn6/ehAnUAVltiLPKHBWGi2tzYWx0c2FsdA==", "SSHA256", 1),
        (
            "{SSHA512}50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqDonoTuXwB0Z/MAPhgQCFHNhbHRzYWx0", "SSHA512", 1
        ),
        ("{PBKDF2}$1$saltsalt$5000$\(key)", "PBKDF2", 5_000), ("{PBKDF2}$1$s$1000000$\(key.uppercased())", "PBKDF2", 1_000_000),
        (sha512, "SHA512-CRYPT", 5_000), ("{SHA512-CRYPT}\(sha512Slow)", "SHA512-CRYPT", 10_000),
        ("{CRYPT}\(sha512)", "SHA512-CRYPT", 5_000),
        (sha256, "SHA256-CRYPT", 5_000), ("{SHA256-CRYPT}\(sha256)", "SHA256-CRYPT", 5_000),
        (sha512.replacing("saltstring", with: ""), "SHA512-CRYPT", 5_000),
        (bcrypt, "BLF-CRYPT", 32), ("{BLF-CRYPT}\(bcrypt)", "BLF-CRYPT", 32), ("{CRYPT}\(bcrypt)", "BLF-CRYPT", 32),
        (bcrypt.replacing("$2y$05", with: "$2a$14"), "BLF-CRYPT", 16_384), (bcrypt.replacing("2y", with: "2b"), "BLF-CRYPT", 32),
        (argon2, "ARGON2ID", 512), ("{ARGON2ID}\(argon2)", "ARGON2ID", 512),
        (argon2.replacing("m=256,t=2", with: "m=262144,t=4"), "ARGON2ID", 1_048_576),
        (argon2.replacing("m=256,t=2", with: "m=52428,t=20"), "ARGON2ID", 1_048_560),
    ]
    @Test("Its scheme and its work are read", arguments: right) func read(text: String, scheme: String, work: UInt64) throws {
        let cost = try PasswordHash(text).cost
        #expect(cost.scheme == scheme && cost.work == work)
    }

    static let costly: [(String, String)] = [
        (sha512Slow.replacing("10000", with: "1000001"), "more rounds than the 1000000"), (bcrypt.replacing("$05$", with: "$15$"), "cost"),
        ("{PBKDF2}$1$salt$1000001$\(key)", "more rounds than the 1000000"),
        ("{PBKDF2}$1$salt$999999999999999999$\(key)", "more rounds than the 1000000"),
        (argon2.replacing("m=256", with: "m=262145"), "more KiB of memory than the 262144"),
        (argon2.replacing("t=2", with: "t=21"), "more passes than the 20"),
        (argon2.replacing("m=256,t=2", with: "m=262144,t=5"), "more KiB of memory times passes than the 1048576"),
    ]
    static let wrong: [(String, String)] = [
        ("", "empty"), (String(repeating: "x", count: 513), "longer than 512"), ("{SSHA} x", "space"), ("{SSHA}é", "beyond ASCII"),
        ("correct-horse", "does not begin with its scheme"), ("$", "does not begin with its scheme"),
        ("{SSHA", "does not begin with its scheme"),
        ("{}x", "does not begin with its scheme"), ("$1$salt$hash", "not known: $1$"), ("{SHA}x", "not known: {SHA}"),
        ("{PLAIN}x", "{PLAIN}"),
        ("{SSHA.HEX}7f409c7954a4g", "not in hexadecimal"), ("{SSHA.B32}f0CceVSk", "not known: {SSHA.B32}"),
        ("$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "not known: $argon2i$"), ("{SSHA}f0CceVSk!", "not in Base 64"),
        ("{SSHA}f0CceVSke+IK0le3znCfxtpRGtQ=", "20 octets"), ("{SSHA}", "0 octets"),
        ("{SSHA512}f0CceVSke+IK0le3znCfxtpRGtRzQGx0", "24 octets"),
        ("{PBKDF2}$2$salt$1000$\(key)", "does not look like"), ("{PBKDF2}$1$$1000$\(key)", "no salt"),
        ("{PBKDF2}131000$abc$def", "look like"),
        ("{PBKDF2}$1$salt$0$\(key)", "number of rounds"), ("{PBKDF2}$1$salt$-1$\(key)", "number of rounds"),
        ("{PBKDF2}$1$salt$1000$\(key)00", "40 hexadecimal digits"),
        ("{PBKDF2}$1$salt$1000$\(key.replacing("e", with: "x"))", "hexadecimal"),
        ("{CRYPT}$1$salt$hash", "does not begin with"), ("{CRYPT}blfqitzeBpyAE", "does not begin with"),
        ("{BLF-CRYPT}\(sha512)", "another scheme"), ("{SHA512-CRYPT}\(bcrypt)", "another scheme"),
        (sha512Slow.replacing("10000", with: "999"), "from 1000 on"), (sha512Slow.replacing("10000", with: "01000"), "from 1000 on"),
        (sha512Slow.replacing("10000", with: ""), "from 1000 on"), (String(sha512.dropLast()), "86 letters"),
        (sha512 + "$", "a salt and a hash"),
        (sha512.replacing("saltstring", with: "seventeen-letters"), "longer than 16"),
        (sha512.replacing("saltstring", with: "a:b"), "holds one of"),
        ("$6$", "a salt and a hash"), (bcrypt.replacing("$05$", with: "$5$"), "no cost"),
        (bcrypt.replacing("$05$", with: "$32$"), "no cost"),
        (bcrypt.replacing("$05$", with: "$03$"), "no cost"), (String(bcrypt.dropLast()), "53 letters"), ("$2y$05", "a cost and a hash"),
        (argon2.replacing("v=19", with: "v=16"), "look like"), (argon2.replacing(",p=2", with: ""), "memory, passes and lanes"),
        (argon2.replacing("t=2", with: "t=0"), "memory, passes and lanes"), (argon2.replacing("m=256", with: "m=15"), "8 KiB a lane"),
        (argon2.replacing("c29tZXNhbHQ", with: "c29t"), "no salt"), (argon2 + "=", "no hash"), (argon2 + "$", "look like"),
        ("{ARGON2ID}\(bcrypt)", "look like"),
    ]
    @Test("What is malformed or costs too much is refused, and what is wrong is named", arguments: wrong + costly)
    func refused(text: String, words: String) throws {
        let refusal = #expect(throws: PasswordHashRefusal.self) { try PasswordHash(text) }
        #expect(refusal?.description.contains(words) == true, "\(refusal?.description ?? "")")
    }

    @Test("Neither refusals nor descriptions show a hash, nor a password in its place") func secret() throws {
        #expect("\(try PasswordHash("{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0"))" == "SSHA")
        for text in ["correct-horse", "{my secret}x", "$my secret$x", "{\(String(repeating: "s", count: 21))}x", "$1secret"] {
            let refusal = #expect(throws: PasswordHashRefusal.self) { try PasswordHash(text) }
            #expect(refusal.map { !"\($0)".contains("secret") && !"\($0)".contains("horse") && !"\($0)".contains("ss}") } == true)
        }
    }

    @Test("A shortened hash is refused, but for those of schemes that know shorter ones") func prefixes() {
        for (text, scheme, _) in Self.right {
            for length in 0..<text.count {
                let hash = try? PasswordHash(String(text.prefix(length)))
                #expect(hash == nil || scheme == "ARGON2ID" || scheme.hasPrefix("SSHA"), "\(length) of \(text)")
            }
        }
    }
}

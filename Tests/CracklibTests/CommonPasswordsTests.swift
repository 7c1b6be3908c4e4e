import Cracklib
import Testing

@Suite("Common passwords") struct CommonPasswordsTests {
    static let common: [(String, CommonPasswords.Weakness)] = [
        ("password1", .word), ("password1234", .word), ("2024welcome!", .word), ("drowssap123", .word), ("p@ssw0rd12", .word),
        ("monkey12345", .systematic), ("1234567890", .systematic), ("aaaaaaaaaa", .fewDifferentCharacters), ("qwertyuiop", .word),
    ]
    @Test("Words are found with what people put around them", arguments: common)
    func weak(password: String, weakness: CommonPasswords.Weakness) throws {
        #expect(try CommonPasswords.weakness(of: password) == weakness)
    }

    static let fine = [
        "correct horse battery", "an entirely new password", "z3yb-iqmu-hqfp-ayvv-2mrw", "house#83714926", "pässwörter lang",
        // Random, with neighbours in the alphabet.
        "QXyj8QAKzYzOpQAI5e-f", "opVUGfVAQzUvMjPAhiqu", String(repeating: "long and varied ", count: 60), "",
    ]
    @Test("What takes guessing is let alone", arguments: fine) func strong(password: String) throws {
        #expect(try CommonPasswords.weakness(of: password) == nil)
    }

    static let builtFromParts: [(String, CommonPasswords.Weakness)] = [
        ("passwordpassword", .word), ("blink182blink", .word), ("ilovejesus1", .word), ("Tr0ub4dor&3x", .word), ("Tr0ub4dor&3xy1", .word),
        ("1sunsh1ne!77", .word), ("tigersunshine12", .fewWords), ("Coffee-Monday!", .fewWords),
        ("1qaz2wsx3edc", .keyboard), ("!QAZ2wsx#EDC", .keyboard), ("qwer1234asdf", .keyboard), ("qwertzuiopyxcvbnm", .keyboard),
        ("xk9!vxk9!vxk9!v", .repetition),
    ]
    @Test("Words, keys side by side and what comes again are one guess each", arguments: builtFromParts)
    func parts(password: String, weakness: CommonPasswords.Weakness) throws {
        #expect(try CommonPasswords.weakness(of: password) == weakness)
    }

    static let phrases = [
        "correcthorsebatterystaple", "correct horse battery staple", "Velvet-Anchor-Pickle-Thunder", "a good old password",
        "an entirely new one", "the 1. of my secrets", "k7Gq2xTz9b", "xK3#pq9!vR", "qwerK7Gq2xTz9b", "password and 7 more: qjx",
    ]
    @Test("Phrases of four words, and what has a word or a few keys in it by chance, are let alone", arguments: phrases)
    func phrase(password: String) throws {
        #expect(try CommonPasswords.weakness(of: password) == nil)
    }

    @Test("Where shorter passwords are allowed, as much less is enough") func shorter() throws {
        #expect(try CommonPasswords.weakness(of: "tiger#x8k2", shortest: 8) == nil)
        #expect(try CommonPasswords.weakness(of: "tiger#x8k2", shortest: 12) == .word)
        #expect(try CommonPasswords.weakness(of: "correcthorsebatterystaple", shortest: 20) == nil, "longer ones need no more")
    }

    @Test("Random passwords are hardly ever refused") func random() throws {
        var generator = SystemRandomNumberGenerator()
        let signs = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789#+-".unicodeScalars)
        let refused = try (0..<300).count { _ in
            let password = String(String.UnicodeScalarView((0..<16).map { _ in signs[Int.random(in: signs.indices, using: &generator)] }))
            return try CommonPasswords.weakness(of: password) != nil
        }
        #expect(refused <= 2)
    }

    @Test("Many threads ask at the same time") func concurrent() async throws {
        try await withThrowingTaskGroup(of: CommonPasswords.Weakness?.self) { group in
            for _ in 0..<50 { group.addTask { try CommonPasswords.weakness(of: "password1") } }
            for try await weakness in group { #expect(weakness == .word) }
        }
    }
}

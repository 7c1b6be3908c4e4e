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

    @Test("Many threads ask at the same time") func concurrent() async throws {
        try await withThrowingTaskGroup(of: CommonPasswords.Weakness?.self) { group in
            for _ in 0..<50 { group.addTask { try CommonPasswords.weakness(of: "password1") } }
            for try await weakness in group { #expect(weakness == .word) }
        }
    }
}

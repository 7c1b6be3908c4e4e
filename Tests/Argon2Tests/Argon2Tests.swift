import Argon2
import Testing

@Suite struct Argon2Tests {
    static let cheap = Argon2.Parameters(memory: 64, passes: 1)

    @Test("A hash verifies its own password and no other") func verify() throws {
        let encoded = try Argon2.hash(Array("geheim".utf8), salt: Array("0123456789abcdef".utf8), parameters: Self.cheap)
        #expect(encoded.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(try Argon2.verify(encoded, password: Array("geheim".utf8)))
        #expect(try !Argon2.verify(encoded, password: Array("Geheim".utf8)))
        #expect(try !Argon2.verify(encoded, password: []))
        #expect(try !Argon2.verify(encoded, password: [UInt8](repeating: 97, count: Argon2.maximumPasswordLength + 1)))
    }

    static let fromElsewhere = [
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
    ]
    @Test("Hashes of the reference implementation are understood, with more lanes too", arguments: fromElsewhere)
    func reference(encoded: String) throws {
        #expect(try Argon2.verify(encoded, password: Array("password".utf8)))
        #expect(try !Argon2.verify(encoded, password: Array("passwort".utf8)))
        #expect(Argon2.needsRehash(encoded, policy: Self.cheap))
    }

    @Test("A hash tells its parameters, and asks to be replaced when the policy rises") func parameters() throws {
        let encoded = try Argon2.hash(Array("x".utf8), salt: Array("0123456789abcdef".utf8), parameters: Self.cheap)
        #expect(Argon2.parameters(of: encoded) == Self.cheap)
        #expect(!Argon2.needsRehash(encoded, policy: Self.cheap))
        #expect(Argon2.needsRehash(encoded, policy: Argon2.Parameters(memory: 64, passes: 2)))
    }

    static let noHashes = [
        "", "$", "plain", "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "$argon2id$v=19$m=64,t=1$c2FsdA$aGFzaA",
        "$argon2id$v=19$m=x,t=1,p=1$a$b",
    ]
    @Test("What is no Argon2id hash is told apart from a wrong password", arguments: noHashes) func noHash(text: String) {
        #expect(throws: Argon2Error.notAHash) { try Argon2.verify(text, password: [1]) }
        #expect(Argon2.parameters(of: text) == nil)
        #expect(Argon2.needsRehash(text, policy: Self.cheap))
    }

    @Test("A salt that is too short, and a password that is too long, are refused") func refusals() {
        #expect(throws: Argon2Error.self) { try Argon2.hash([1], salt: [1, 2, 3], parameters: Self.cheap) }
        let salt = [UInt8](repeating: 1, count: 16)
        let long = [UInt8](repeating: 1, count: 2000)
        #expect(throws: Argon2Error.passwordTooLong) { try Argon2.hash(long, salt: salt, parameters: Self.cheap) }
    }

    /// Of several sizes, so that what is kept fits some and not others, and beyond what is kept.
    @Test("Hashes that are computed side by side in memory that is kept are what they are in fresh memory") func keptMemory() async throws {
        let salt = Array("0123456789abcdef".utf8)
        let sizes: [UInt32] = [64, 1_024, 2_048, 4_096, 80_000]
        let expected = try sizes.map { size in
            Argon2.releaseMemory()
            return try Argon2.hash(Array("geheim".utf8), salt: salt, parameters: .init(memory: size, passes: 1))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<40 {
                group.addTask { () throws in
                    let index = round % sizes.count
                    if round % 7 == 0 { Argon2.releaseMemory() }
                    let parameters = Argon2.Parameters(memory: sizes[index], passes: 1)
                    #expect(try Argon2.hash(Array("geheim".utf8), salt: salt, parameters: parameters) == expected[index])
                    #expect(try Argon2.verify(expected[index], password: Array("geheim".utf8)))
                    #expect(try !Argon2.verify(expected[index], password: Array("Geheim".utf8)))
                }
            }
            try await group.waitForAll()
        }
    }
}

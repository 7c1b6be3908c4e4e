import Cryptography
import Testing

@Suite("Sealed boxes") struct SealedBoxTests {
    private let key = [UInt8](repeating: 7, count: SealedBox.keyLength)

    @Test("Give back what was sealed", arguments: [0, 1, 20, 1000]) func roundTrip(length: Int) throws {
        let secret = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let box = try SealedBox.seal(secret, key: key)
        #expect(try SealedBox.open(box, key: key) == secret)
        #expect(try SealedBox.seal(secret, key: key) != box)
    }

    @Test("Refuse what was changed, cut, or sealed with another key") func refusals() throws {
        let box = try SealedBox.seal(Array("secret".utf8), key: key)
        for index in box.indices {
            var changed = box
            changed[index] ^= 1
            #expect(throws: CryptographyError.self) { try SealedBox.open(changed, key: key) }
        }
        for length in 0..<box.count {
            #expect(throws: CryptographyError.self) { try SealedBox.open(Array(box.prefix(length)), key: key) }
        }
        #expect(throws: CryptographyError.self) { try SealedBox.open(box, key: [UInt8](repeating: 8, count: 32)) }
        #expect(throws: CryptographyError.self) { try SealedBox.seal([1], key: [1, 2, 3]) }
    }
}

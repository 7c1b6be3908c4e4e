import Testing
import Zstd

@Suite struct ZstdTests {
    @Test("What was compressed comes back", arguments: [0, 1, 1000, 300_000]) func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for level in [1, 3, 9] as [Int32] {
            let frame = try Zstd.compress(bytes, level: level)
            #expect(try Zstd.decompress(frame, originalSize: count) == bytes)
        }
    }

    @Test("A frame of another size than said is refused before anything is allocated") func wrongSize() throws {
        let frame = try Zstd.compress([UInt8](repeating: 1, count: 1000))
        #expect(throws: ZstdError.wrongSize) { try Zstd.decompress(frame, originalSize: 999) }
        #expect(throws: ZstdError.wrongSize) { try Zstd.decompress(frame, originalSize: 1 << 40) }
        #expect(throws: ZstdError.tooLarge(1000, limit: 100)) { try Zstd.decompress(frame, originalSize: 1000, maximumSize: 100) }
        #expect(throws: ZstdError.tooLarge(-1, limit: .max)) { try Zstd.decompress(frame, originalSize: -1) }
    }

    @Test("Damaged frames are errors, cut anywhere") func damage() throws {
        let frame = try Zstd.compress((0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0) })
        for length in 0..<frame.count {
            #expect(throws: ZstdError.self) { try Zstd.decompress(Array(frame.prefix(length)), originalSize: 1000) }
        }
        #expect(throws: ZstdError.notAFrame) { try Zstd.decompress(Array("no frame at all".utf8), originalSize: 15) }
    }
}

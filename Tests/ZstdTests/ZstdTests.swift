import Testing
import Zstd

@Suite struct ZstdTests {
    private let compressor = ZstdCompressor(), decompressor = ZstdDecompressor()

    @Test("What was compressed comes back", arguments: [0, 1, 1000, 300_000]) func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for level in [1, 3, 9] as [Int32] {
            let frame = try compressor.compress(bytes, level: level)
            #expect(try decompressor.decompress(frame, originalSize: count) == bytes)
        }
    }

    @Test("A frame of another size than said is refused before anything is allocated") func wrongSize() throws {
        let frame = try compressor.compress([UInt8](repeating: 1, count: 1000))
        #expect(throws: ZstdError.wrongSize) { try decompressor.decompress(frame, originalSize: 999) }
        #expect(throws: ZstdError.wrongSize) { try decompressor.decompress(frame, originalSize: 1 << 40) }
        #expect(throws: ZstdError.tooLarge(1000, limit: 100)) { try decompressor.decompress(frame, originalSize: 1000, maximumSize: 100) }
        #expect(throws: ZstdError.tooLarge(-1, limit: .max)) { try decompressor.decompress(frame, originalSize: -1) }
    }

    @Test("Damaged frames are errors, cut anywhere") func damage() throws {
        let frame = try compressor.compress((0..<1000).map { UInt8(truncatingIfNeeded: $0 &* $0) })
        for length in 0..<frame.count {
            #expect(throws: ZstdError.self) { try decompressor.decompress(Array(frame.prefix(length)), originalSize: 1000) }
        }
        #expect(throws: ZstdError.notAFrame) { try decompressor.decompress(Array("no frame at all".utf8), originalSize: 15) }
    }
}

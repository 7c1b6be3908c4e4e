import BlobStore
import Testing

@Suite struct ChecksumTests {
    @Test("The checksum is CRC-32C's, also without the processor's instruction, whole and continued") func values() {
        let numbers = Array("123456789".utf8)  // the usual check value
        #expect(numbers.withUnsafeBytes { Checksum.crc32c($0) } == 0xe306_9283)
        #expect(numbers.withUnsafeBytes { Checksum.tabled($0) } == 0xe306_9283)
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 3) }
        for count in [0, 1, 7, 8, 9, 15, 16, 63, 1000] {
            let whole = bytes[..<count].withUnsafeBytes { Checksum.crc32c($0) }
            #expect(whole == bytes[..<count].withUnsafeBytes { Checksum.tabled($0) })
            let start = bytes[..<(count / 3)].withUnsafeBytes { Checksum.crc32c($0) }
            #expect(bytes[(count / 3)..<count].withUnsafeBytes { Checksum.crc32c($0, continuing: start) } == whole)
        }
    }
}

import Quantities
import Testing

struct ByteCountTests {
    static let readable: [(String, Int64?)] = [
        ("0", 0), ("500", 500), ("500MB", 500_000_000), ("10 GB", 10_000_000_000), ("10gb", 10_000_000_000), ("10G", 10_000_000_000),
        ("1.5GiB", 1_610_612_736), ("1.5 GiB", 1_610_612_736), (" 2 KiB ", 2048), ("1.5KB", 1500), ("0.5 MB", 500_000), ("7 B", 7),
        ("7 bytes", 7), ("9223372036854775807", .max), ("1.999999999 GB", 1_999_999_999), ("8191 PiB", 8191 << 50),
        ("", nil), ("MB", nil), ("-1", nil), ("1.5", nil), ("1.", nil), (".5GB", nil), ("1,5GB", nil), ("10 XB", nil), ("unlimited", nil),
        ("9223372036854775808", nil), ("8192 PiB", nil), ("10 GB more", nil), ("1 0GB", nil), ("1.0000000001GB", nil), ("٣GB", nil),
    ]

    @Test("A size is read with or without a unit", arguments: readable)
    func reads(text: String, octets: Int64?) { #expect(ByteCount(text)?.octets == octets) }

    static let shown: [(Int64, String)] = [
        (0, "0 B"), (999, "999 B"), (1000, "1 KB"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1500, "1.5 KB"), (500_000_000, "500 MB"),
        (10_000_000_000, "10 GB"), (1_610_612_736, "1.5 GiB"), (123_456_789, "123.5 MB"), (1_050_000, "1.05 MB"), (999_999, "1 MB"),
        (1_234_000, "1.2 MB"), (.max, "9223.4 PB"), (-1500, "-1.5 KB"), (.min, "-9223372036854775808 B"),
    ]

    @Test("A size is shown with the unit that says it best", arguments: shown)
    func shows(octets: Int64, text: String) { #expect(ByteCount(octets).description == text) }

    @Test("Round figures survive being shown and read again", arguments: [1, 999, 1000, 2_500_000, 5 << 30, 10_000_000_000] as [Int64])
    func roundTrip(octets: Int64) { #expect(ByteCount(ByteCount(octets).description)?.octets == octets) }

    @Test("Sizes are ordered by octets") func ordered() { #expect(ByteCount(1) < ByteCount(2)) }
}

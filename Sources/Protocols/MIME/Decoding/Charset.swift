/// The character sets that are read without help of the system. Any other is read as windows-1252, so that at least its
/// ASCII letters can be found.
public enum Charset: Sendable, Equatable {
    case utf8, latin1, latin9, windows1252
    case other

    /// Names and aliases of the IANA registry; a language suffix of RFC 2231 §5 (`us-ascii*en`) is dropped.
    public init(name: some Collection<UInt8>) {
        let name = String(decoding: name.prefix { $0 != UInt8(ascii: "*") }.map(ASCII.lower), as: UTF8.self)
        switch name {
        case "", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "utf-8", "utf8": self = .utf8
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "l1": self = .latin1
        case "iso-8859-15", "iso8859-15", "iso_8859-15", "latin-9", "latin9": self = .latin9
        case "windows-1252", "cp1252", "x-cp1252": self = .windows1252
        default: self = .other
        }
    }

    /// True for the names that `init(name:)` understands.
    public var isKnown: Bool { self != .other }

    public func decode(_ bytes: some Collection<UInt8>) -> String {
        switch self {
        case .utf8: String(decoding: bytes, as: UTF8.self)
        case .latin1: Self.decode(bytes) { UInt32($0) }
        case .latin9: Self.decode(bytes) { Self.latin9Differences[$0] ?? UInt32($0) }
        case .windows1252, .other: Self.decode(bytes) { $0 & 0xE0 == 0x80 ? UInt32(Self.windows[Int($0 & 0x1F)]) : UInt32($0) }
        }
    }

    private static func decode(_ bytes: some Collection<UInt8>, _ scalar: (UInt8) -> UInt32) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(scalar(byte)) ?? "\u{FFFD}") }
        return String(text)
    }

    private static let latin9Differences: [UInt8: UInt32] = [
        0xA4: 0x20AC, 0xA6: 0x160, 0xA8: 0x161, 0xB4: 0x17D, 0xB8: 0x17E, 0xBC: 0x152, 0xBD: 0x153, 0xBE: 0x178,
    ]
    private static let windows: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178,
    ]
}

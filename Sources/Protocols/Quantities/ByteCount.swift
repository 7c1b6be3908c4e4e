/// A number of octets: the size of a message, a quota, what a mailbox uses.
///
/// In JSON and SQL it is a plain integer; people read and write it with a unit (`500 MB`, `1.5GiB`).
public struct ByteCount: Sendable, Hashable, Comparable {
    public let octets: Int64

    public init(_ octets: Int64) { self.octets = octets }

    public static let zero = ByteCount(0)

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.octets < right.octets }
}

extension ByteCount: Codable {
    public init(from decoder: any Decoder) throws {
        octets = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(octets)
    }
}

/// A unit of storage as people write it. `KB MB GB TB PB` are powers of 1000; `KiB MiB GiB TiB PiB` are powers of 1024.
public enum ByteUnit: String, Sendable, CaseIterable {
    case bytes = "B"
    case kilobytes = "KB", megabytes = "MB", gigabytes = "GB", terabytes = "TB", petabytes = "PB"
    case kibibytes = "KiB", mebibytes = "MiB", gibibytes = "GiB", tebibytes = "TiB", pebibytes = "PiB"

    public var octets: Int64 {
        switch self {
        case .bytes: 1
        case .kilobytes: 1_000
        case .megabytes: 1_000_000
        case .gigabytes: 1_000_000_000
        case .terabytes: 1_000_000_000_000
        case .petabytes: 1_000_000_000_000_000
        case .kibibytes: 1 << 10
        case .mebibytes: 1 << 20
        case .gibibytes: 1 << 30
        case .tebibytes: 1 << 40
        case .pebibytes: 1 << 50
        }
    }

    /// Reads a unit in any case; a bare letter is the decimal unit (`10G` is `10GB`), nothing at all is octets.
    init?(lowercased name: String) {
        switch name {
        case "", "b", "byte", "bytes", "octets": self = .bytes
        case "k", "kb": self = .kilobytes
        case "m", "mb": self = .megabytes
        case "g", "gb": self = .gigabytes
        case "t", "tb": self = .terabytes
        case "p", "pb": self = .petabytes
        case "ki", "kib": self = .kibibytes
        case "mi", "mib": self = .mebibytes
        case "gi", "gib": self = .gibibytes
        case "ti", "tib": self = .tebibytes
        case "pi", "pib": self = .pebibytes
        default: return nil
        }
    }

    static let decimal: [ByteUnit] = [.petabytes, .terabytes, .gigabytes, .megabytes, .kilobytes]
    static let binary: [ByteUnit] = [.pebibytes, .tebibytes, .gibibytes, .mebibytes, .kibibytes]
}

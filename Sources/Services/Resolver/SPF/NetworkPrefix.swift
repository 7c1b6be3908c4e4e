import Glibc

/// The addresses that share their first bits with one of them, as `ip4:` and `ip6:` of SPF name them (RFC 7208 §5.6).
public struct NetworkPrefix: Sendable, Equatable {
    /// Four octets, or sixteen.
    let octets: [UInt8]
    /// Bits.
    let length: Int

    /// - Parameter length: nil: the one address.
    /// - Returns: nil for what is no address, or has fewer bits than asked for.
    public init?(_ address: some StringProtocol, length: Int? = nil) {
        guard let octets = Self.octets(of: String(address)), (0...octets.count * 8).contains(length ?? 0) else { return nil }
        (self.octets, self.length) = (octets, length ?? octets.count * 8)
    }

    public var isIPv4: Bool { octets.count == 4 }

    /// With other addresses beside it, down to a length.
    func shortened(to length: Int) -> NetworkPrefix { NetworkPrefix(octets: octets, length: min(length, self.length)) }

    private init(octets: [UInt8], length: Int) { (self.octets, self.length) = (octets, length) }

    /// Of the other family: never.
    public func contains(_ other: NetworkPrefix) -> Bool {
        guard octets.count == other.octets.count, other.length >= length else { return false }
        let whole = length / 8, rest = length % 8
        guard octets[..<whole] == other.octets[..<whole] else { return false }
        return rest == 0 || (octets[whole] ^ other.octets[whole]) >> UInt8(8 - rest) == 0
    }

    /// What the macro `i` becomes (RFC 7208 §7.3): an IPv6 address as one label each half octet.
    var dotted: String {
        isIPv4
            ? octets.map { String($0) }.joined(separator: ".")
            : octets.flatMap { [String($0 >> 4, radix: 16), String($0 & 15, radix: 16)] }.joined(separator: ".")
    }

    /// Where the names of the address are found (RFC 1035 §3.5, RFC 3596 §2.5).
    var reverseName: String {
        dotted.split(separator: ".").reversed().joined(separator: ".") + (isIPv4 ? ".in-addr.arpa" : ".ip6.arpa")
    }

    private static func octets(of text: String) -> [UInt8]? {
        var four = in_addr(), six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }
}

import Glibc

/// Where a login comes from, as far as wrong logins are counted by it.
package struct ClientOrigin: Sendable, Hashable {
    /// An IPv4 address, or the network of 64 bits of an IPv6 address, which is the least that one client has.
    package let address: String
    /// Its neighbours: the network of 24 bits (IPv4) or of 48 bits (IPv6), in which one client moves about, or owns everything.
    package let network: String

    /// - Parameter text: an IP address; IPv4 mapped into IPv6 counts as IPv4. What is no IP address is an origin of its own.
    package init(_ text: String) {
        let bare = text.split(separator: "%", maxSplits: 1).first.map(String.init) ?? text  // without a zone (RFC 4007 §11)
        let plain = bare.lowercased().hasPrefix("::ffff:") && bare.contains(".") ? String(bare.dropFirst(7)) : bare
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, plain, &four) == 1 {
            let octets = withUnsafeBytes(of: &four) { Array($0) }
            address = Self.text(octets, AF_INET)
            network = Self.text(octets[..<3] + [0], AF_INET) + "/24"
        } else if inet_pton(AF_INET6, plain, &six) == 1 {
            let octets = withUnsafeBytes(of: &six) { Array($0) }
            address = Self.text(octets[..<8] + Array(repeating: 0, count: 8), AF_INET6) + "/64"
            network = Self.text(octets[..<6] + Array(repeating: 0, count: 10), AF_INET6) + "/48"
        } else {
            (address, network) = (text, text)
        }
    }

    private static func text(_ octets: some Collection<UInt8>, _ family: Int32) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = Array(octets).withUnsafeBytes { inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

import Glibc

/// Where to listen: `127.0.0.1:9465`, `[::1]:9465`. No names, so that nothing has to be asked for it.
package struct ListeningAddress: Sendable, Equatable {
    package let host: String
    package let port: UInt16

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits), port > 0 else {
            return nil
        }
        var four = in_addr(), six = in6_addr()
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard inet_pton(AF_INET6, String(host), &six) == 1 else { return nil }
        } else {
            guard inet_pton(AF_INET, String(host), &four) == 1 else { return nil }
        }
        (self.host, self.port) = (String(host), port)
    }
}

import InternationalNames
import SMTP

/// Whose the domain of a sender is, seen from the tenant whose worker gives it.
package enum SenderDomain: Sendable, Equatable {
    case own
    /// Of nobody here. A forward keeps the sender that it came from.
    case elsewhere
    /// Another tenant's, or the platform's own, or one that can't be told from such.
    case foreign
}

extension RoutingTable {
    /// - Parameters:
    ///   - domain: in ASCII in any case, or in Unicode.
    ///   - hostname: the platform's, whose mail passes SPF from here as that of every tenant.
    package func sender(_ domain: String, of tenant: Int64, hostname: String) -> SenderDomain {
        // Others read names more leniently, and might find one of ours in what is none.
        guard let name = InternationalName.ascii(domain) else { return .foreign }
        if let owner = self.tenant(of: name) { return owner == tenant ? .own : .foreign }
        return name == hostname.lowercased() ? .foreign : .elsewhere
    }

    /// The reverse-path that other hosts are told. All tenants' mail leaves from the same addresses, so that SPF takes any of them for any
    /// other: a worker that was broken into must not write in another company's name. What it gives as another's, as it also does when a
    /// user has that one's mail sent on, goes out with the null one, for which SPF looks at the platform's own name (RFC 7208 §2.4).
    /// If it comes back, the sender is told all the same.
    package func publicReversePath(_ path: ReversePath, of tenant: Int64, hostname: String) -> ReversePath {
        guard let address = path.address, sender(address.domain, of: tenant, hostname: hostname) == .foreign else { return path }
        return .null
    }
}

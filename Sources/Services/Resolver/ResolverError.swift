/// Why a name leads to no mail host.
public enum ResolverError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No answer, a broken one, or one that failed validation: trying again later can help.
    case temporary(name: String, reason: String)
    /// The domain does not exist.
    case noSuchDomain(String)
    /// The domain says that it takes no mail (RFC 7505).
    case nullMX(String)
    /// There is neither MX nor address.
    case noAddress(String)

    public var isTemporary: Bool { if case .temporary = self { true } else { false } }

    public var description: String {
        switch self {
        case .temporary(let name, let reason): "looking up \(name) failed for now: \(reason)"
        case .noSuchDomain(let name): "the domain \(name) does not exist"
        case .nullMX(let name): "the domain \(name) accepts no mail (null MX)"
        case .noAddress(let name): "\(name) has neither mail host nor address"
        }
    }
}

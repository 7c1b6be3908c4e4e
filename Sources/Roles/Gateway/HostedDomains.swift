import Runtime
import Supervision

/// Which domains this platform serves, as the control plane last said.
@EventLoopActor
final class HostedDomains {
    private var byName: [String: HostedDomain] = [:]
    /// False until the first table came: until then nobody knows whose mail is whose, and nothing may be refused for good.
    private(set) var isKnown = false

    func replace(with table: [HostedDomain]) {
        isKnown = true
        byName = Dictionary(table.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// `name` in any case (RFC 5321 §2.3.5: domains are compared without regard to case).
    subscript(name: String) -> HostedDomain? { byName[name.lowercased()] }
}

import Runtime
import Supervision

/// Which domains this platform serves, as the control plane last said.
@EventLoopActor
package final class HostedDomains {
    private var byName: [String: HostedDomain] = [:]
    /// By octets, which are equal in one spelling alone.
    private var byUnicodeName: [[UInt8]: HostedDomain] = [:]
    /// False until the first table came: until then nobody knows whose mail is whose, and nothing may be refused for good.
    private(set) var isKnown = false

    package init() {}

    package func replace(with table: [HostedDomain]) {
        isKnown = true
        byName = Dictionary(table.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        let spelled = table.compactMap { domain in domain.unicodeName.map { ($0, domain) } }
        byUnicodeName = Dictionary(spelled, uniquingKeysWith: { _, last in last })
    }

    /// `name` in any case (RFC 5321 §2.3.5: domains are compared without regard to case); in Unicode with letters beyond ASCII as they are.
    subscript(name: String) -> HostedDomain? {
        name.utf8.contains { $0 >= 0x80 }
            ? byUnicodeName[name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }] : byName[name.lowercased()]
    }

    /// A login name in the spelling that all of an account's spellings share: in lower case, under its domain's own name.
    func account(of login: String) -> String {
        var login = login
        if login.utf8.last == UInt8(ascii: ".") { login.unicodeScalars.removeLast() }
        guard let at = login.utf8.lastIndex(of: UInt8(ascii: "@")), let domain = self[String(login[login.utf8.index(after: at)...])] else {
            return login.lowercased()
        }
        return "\(login[..<at].lowercased())@\(domain.aliasOf ?? domain.name)"
    }
}

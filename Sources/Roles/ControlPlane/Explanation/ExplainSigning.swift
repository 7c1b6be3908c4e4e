import AdminAPI
import MailRules

extension Provisioning {
    /// Which keys sign: those of the name of a domain that From has, as the worker reads it, and of this tenant alone.
    /// - Parameters:
    ///   - header: nil: a message whose From is the sender.
    ///   - sender: whom the message is from if it has no From field.
    func signing(_ header: ExplainedHeader?, from sender: TargetAddress, of tenant: TenantName) async throws -> Explanation.Step {
        let unsigned = "It goes out without DKIM"
        guard let text = header?.signingDomain(otherwise: sender) ?? (header == nil ? sender.domain.text : nil) else {
            return .passes("signature", "\(unsigned): From names no domain.")
        }
        let rule = "signature of \(text)"
        guard let name = try? DomainName(text), name.text == text else {
            return .passes(rule, "\(unsigned): no domain of the platform has this name.")
        }
        guard try await !domains(named: domain(aliased: name) ?? name, tenant: tenant).isEmpty else {
            return .tells(rule, "\(name) is no domain of \(tenant) that you administer: whether a key signs for it is not told here.")
        }
        let active = try await dkimKeys(of: name).filter { $0.state == .active }.map(\.selector.text)
        return .passes(
            rule, active.isEmpty ? "\(unsigned): no key of \(name) is active." : "It is signed with \(active.joined(separator: ", ")).")
    }
}

extension ExplainedHeader {
    /// - Parameter sender: put into From when there is none. nil: From names no domain.
    fileprivate func signingDomain(otherwise sender: TargetAddress) -> String? {
        scan.fields(named: "from").isEmpty ? sender.domain.text : MessageAuthors.signingDomain(scan, in: bytes)
    }
}

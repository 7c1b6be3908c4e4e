import AdminAPI
import Cryptography
import MailSettings

extension Provisioning {
    /// `domain mta-sts`: of a domain, and so of its aliases.
    func setMTASTS(_ request: AdminRequest<MTASTSChange>) async throws -> MTASTSSetting {
        let name: DomainName = try request.path.require("name")
        let mode = request.body.mode
        let domain = try await self.domain(name)
        let changed = try await database.query(
            "UPDATE domains SET mta_sts = $2 WHERE name = $1", [.text(name.text), .text(mode.rawValue)])
        guard changed.affected == 1 else { throw AdminError.noDomain(name) }  // at the same moment
        await domainsChanged()
        let policy = self.policy(mode)
        return MTASTSSetting(
            domain: name, mode: mode, id: try policy.id(), policy: policy.text,
            warnings: mode == .off ? [] : await warnings(of: [name] + domain.aliases, mode))
    }

    func policy(_ mode: MTASTSMode) -> MTASTSPolicy { MTASTSPolicy(mode: mode, mailHost: facts.hostname) }

    /// What keeps others from fetching the policy of one of the names, or mail from coming under it.
    func warnings(of names: [DomainName], _ mode: MTASTSMode) async -> [String] {
        var warnings: [String] = []
        if !facts.web.isOurs {
            warnings.append("A web server before this platform has to serve the policy (httpsPort in casella.json).")
        } else {
            for name in names {
                guard let doubt = await certificates.doubt(about: "mta-sts.\(name)") else { continue }
                let sentence = doubt.sentence(about: "mta-sts.\(name)")
                warnings.append("\(sentence): nobody can fetch the policy. `certificate import` brings one.")
            }
        }
        if let doubt = await certificates.doubt(about: facts.hostname) {
            let effect = mode == .enforce ? "who keeps to the policy sends no mail here" : "with the mode enforce no mail would come"
            warnings.append("\(doubt.sentence(about: facts.hostname)): \(effect).")
        }
        return warnings
    }
}

extension MTASTSPolicy {
    /// Of its text, and so another one for another text: 32 letters and digits, the most that there may be (RFC 8461 §3.1).
    func id() throws -> String { String(Hexadecimal.encode(try Cryptography.sha256(Array(text.utf8))).prefix(32)) }
}

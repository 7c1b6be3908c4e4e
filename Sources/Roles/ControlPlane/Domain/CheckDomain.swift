import AdminAPI
import MailSettings
import Resolver

extension Provisioning {
    /// `domain check`: of an alias too, whose records are its own.
    func checkDomain(_ request: AdminRequest<Nothing>) async throws -> DomainCheck {
        let name: DomainName = try request.path.require("name")
        let mode = try await domain(underAnyName: name).mtaSTS
        let records = try await self.records(of: name, policy(mode))
        let served = await servedPolicy(of: name)
        let keys = try await dkimRows(of: name)
        async let exchange = checkExchange(of: name.text, mode, served)
        async let senders = checkSenders(of: name.text)
        async let host = checkHost()
        async let certificate = checkCertificate(mode)
        async let signing = check(keys)
        // The others in the order in which `domain dns` prints them.
        let more = await withTaskGroup(of: (Int, DomainCheck.Finding?).self) { group in
            for (place, record) in records.enumerated() {
                group.addTask { (place, await self.check(record, mode, served)) }
            }
            var findings: [Int: DomainCheck.Finding] = [:]
            for await (place, finding) in group { findings[place] = finding }
            return findings.sorted { $0.key < $1.key }.map(\.value)
        }
        let states = keys.map(\.key.state)
        let unsigned = states.contains(.active) ? [] : [Self.unsigned(name, isWaiting: states.contains(.waiting))]
        let own = await [exchange, senders, host] + [certificate].compactMap(\.self)
        return DomainCheck(domain: name, findings: await own + signing + unsigned + more)
    }

    private static func unsigned(_ name: DomainName, isWaiting: Bool) -> DomainCheck.Finding {
        DomainCheck.Finding(
            type: "TXT", name: "_domainkey.\(name).", verdict: .advised, published: [],
            explanation: "No key signs the domain's mail (DKIM); "
                + (isWaiting
                    ? "`dkim activate \(name)` has those that wait do so, once they are published."
                    : "`dkim create \(name)` makes keys, and prints what to publish."))
    }

    /// What the mail host shows whoever keeps to a policy on TLS (RFC 8461 §4.2); nil: there is no policy.
    private func checkCertificate(_ mode: MTASTSMode) async -> DomainCheck.Finding? {
        guard mode != .off else { return nil }
        let host = facts.hostname
        func finding(_ verdict: DomainCheck.Finding.Verdict, _ explanation: String) -> DomainCheck.Finding {
            DomainCheck.Finding(type: "TLS", name: "\(host).", verdict: verdict, published: [], explanation: explanation)
        }
        if let doubt = await certificates.doubt(about: host) {
            let sentence = doubt.sentence(about: host), remedy = "`certificate import` brings one that others believe."
            return mode == .enforce
                ? finding(.wrong, "\(sentence): who keeps to the domain's policy, whose mode is enforce, sends no mail here. \(remedy)")
                : finding(.advised, "\(sentence): with the mode enforce no mail would come. \(remedy)")
        }
        if let end = certificates.timeLeft(of: host) {
            return finding(
                .advised,
                "The certificate for \(host) expires in \(end), and was not renewed: then who keeps to the policy sends no mail here.")
        }
        return finding(.right, "The mail host shows a certificate that those believe who keep to the policy.")
    }

    /// The host that the MX record names must have an address.
    private func checkHost() async -> DomainCheck.Finding {
        let name = facts.hostname
        do {
            let addresses = try await resolver.addresses(of: name)
            return DomainCheck.Finding(
                type: "A/AAAA", name: "\(name).", verdict: .right, published: addresses, explanation: "The mail host has an address.")
        } catch .temporary(_, let reason) {
            return DomainCheck.Finding(
                type: "A/AAAA", name: "\(name).", verdict: .unknown, published: [],
                explanation: "The name servers could not be asked (\(reason)); try again later.")
        } catch {
            return DomainCheck.Finding(
                type: "A/AAAA", name: "\(name).", verdict: .wrong, published: [],
                explanation: "The mail host has no address; publish an A or AAAA record for it, or set hostname in casella.json.")
        }
    }
}

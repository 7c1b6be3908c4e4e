import AdminAPI
import Resolver

extension Provisioning {
    /// `domain check`: of an alias too, whose records are its own.
    func checkDomain(_ request: AdminRequest<Nothing>) async throws -> DomainCheck {
        let name: DomainName = try request.path.require("name")
        let isAlias = try await domain(aliased: name) != nil
        let mode = try await domain(underAnyName: name).mtaSTS
        let records = try await self.records(of: name, policy(mode))
        let keys = try await dkimRows(of: name)
        async let exchange = checkExchange(of: name.text)
        async let senders = checkSenders(of: name.text)
        async let host = checkHost()
        async let signing = check(keys)
        // The others in the order in which `domain dns` prints them.
        let more = await withTaskGroup(of: (Int, DomainCheck.Finding?).self) { group in
            for (place, record) in records.enumerated() {
                group.addTask { (place, await self.check(record, mode)) }
            }
            var findings: [Int: DomainCheck.Finding] = [:]
            for await (place, finding) in group { findings[place] = finding }
            return findings.sorted { $0.key < $1.key }.map(\.value)
        }
        let states = keys.map(\.key.state)
        let unsigned = isAlias || states.contains(.active) ? [] : [Self.unsigned(name, isWaiting: states.contains(.waiting))]
        return DomainCheck(domain: name, findings: await [exchange, senders, host] + signing + unsigned + more)
    }

    private static func unsigned(_ name: DomainName, isWaiting: Bool) -> DomainCheck.Finding {
        DomainCheck.Finding(
            type: "TXT", name: "_domainkey.\(name).", verdict: .advised, published: [],
            explanation: "No key signs the domain's mail (DKIM); "
                + (isWaiting
                    ? "`dkim activate \(name)` has those that wait do so, once they are published."
                    : "`dkim create \(name)` makes keys, and prints what to publish."))
    }

    /// MX: mail must come here (RFC 5321 §5.1).
    private func checkExchange(of domain: String) async -> DomainCheck.Finding {
        let wanted = "\(domain). MX 10 \(facts.hostname)."
        func finding(_ verdict: DomainCheck.Finding.Verdict, _ published: [String], _ explanation: String) -> DomainCheck.Finding {
            DomainCheck.Finding(type: "MX", name: "\(domain).", verdict: verdict, published: published, explanation: explanation)
        }
        do {
            let hosts = try await resolver.mailHosts(of: domain)
            let published = hosts.map { "\($0.preference) \($0.name)." }
            if hosts.contains(where: { $0.name == facts.hostname.lowercased() }) {
                return finding(.right, published, "Mail comes to this host.")
            }
            return finding(.wrong, published, "Mail goes elsewhere; publish: \(wanted)")
        } catch .temporary(_, let reason) {
            return finding(.unknown, [], "The name servers could not be asked (\(reason)); try again later.")
        } catch .nullMX {
            return finding(.wrong, ["0 ."], "The domain says that it takes no mail; publish: \(wanted)")
        } catch {
            return finding(.wrong, [], "The domain has no usable MX record; publish: \(wanted)")
        }
    }

    /// SPF: receivers should believe mail from here (RFC 7208 §3.1).
    private func checkSenders(of domain: String) async -> DomainCheck.Finding {
        func finding(_ verdict: DomainCheck.Finding.Verdict, _ published: [String], _ explanation: String) -> DomainCheck.Finding {
            DomainCheck.Finding(type: "TXT", name: "\(domain).", verdict: verdict, published: published, explanation: explanation)
        }
        let wanted = "\(domain). TXT \"v=spf1 mx -all\""
        do {
            let policies = try await resolver.texts(of: domain).filter { $0 == "v=spf1" || $0.hasPrefix("v=spf1 ") }
            let published = policies.map { "\"\($0)\"" }
            switch policies.count {
            case 0: return finding(.wrong, [], "The domain has no SPF record, so receivers may distrust its mail; publish: \(wanted)")
            case 1:
                let names = policies[0].split(separator: " ")
                let includesUs = names.contains { $0 == "mx" || $0 == "+mx" || $0.hasSuffix(":\(facts.hostname)") }
                return includesUs
                    ? finding(.right, published, "The SPF record names this host.")
                    : finding(.wrong, published, "The SPF record does not name this host; add mx, such as: \(wanted)")
            default: return finding(.wrong, published, "The domain has several SPF records, which is an error; publish one: \(wanted)")
            }
        } catch .temporary(_, let reason) {
            return finding(.unknown, [], "The name servers could not be asked (\(reason)); try again later.")
        } catch {
            return finding(.wrong, [], "The domain does not exist in the DNS; publish: \(wanted)")
        }
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

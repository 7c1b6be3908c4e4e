import AdminAPI
import MailSettings
import Resolver

/// MX: mail must come here (RFC 5321 §5.1).
extension Provisioning {
    func checkExchange(of domain: String, _ mode: MTASTSMode, _ served: PolicyFetch.Outcome?) async -> DomainCheck.Finding {
        let wanted = "\(domain). MX 10 \(facts.hostname)."
        func finding(_ verdict: DomainCheck.Finding.Verdict, _ published: [MailHost], _ explanation: String) -> DomainCheck.Finding {
            DomainCheck.Finding(
                type: "MX", name: "\(domain).", verdict: verdict, published: published.map { "\($0.preference) \($0.name)." },
                explanation: explanation)
        }
        do throws(ResolverError) {
            let hosts = try await resolver.exchanges(of: domain).sorted { ($0.preference, $0.name) < ($1.preference, $1.name) }
            if hosts.isEmpty {
                return finding(.wrong, [], "The domain has no MX record, so mail goes to its own address; publish: \(wanted)")
            }
            if hosts.contains(where: \.name.isEmpty) {
                return finding(
                    .wrong, hosts,
                    hosts.count == 1
                        ? "The domain says that it takes no mail; publish: \(wanted)"
                        : "A null MX record (0 .) says that the domain takes no mail, beside others that say where it goes (RFC 7505 §3); "
                            + "publish the one record alone: \(wanted)")
            }
            guard let own = hosts.first(where: { $0.name == facts.hostname.lowercased() }) else {
                for host in hosts where try await resolver.canonicalName(of: host.name) == facts.hostname.lowercased() {
                    return finding(
                        .wrong, hosts,
                        "\(host.name) is an alias (CNAME) of this host, and an MX record names none (RFC 2181 §10.3); publish: \(wanted)")
                }
                return finding(.wrong, hosts, "Mail goes elsewhere; publish: \(wanted)")
            }
            let others = hosts.filter { $0.name != own.name }
            let strange = mode == .off ? [] : hosts.map(\.name).filter { !lists($0, served) }
            if !strange.isEmpty {
                return finding(
                    mode == .enforce ? .wrong : .advised, hosts,
                    "Mail comes to this host, and to others that the domain's policy on TLS does not list: "
                        + strange.joined(separator: ", ")
                        + (mode == .enforce ? ". Who keeps to it sends nothing there" : ". With the mode enforce nothing would come there")
                        + "; publish the one record alone: \(wanted)")
            }
            let before = others.filter { $0.preference <= own.preference }
            if !before.isEmpty {
                return finding(
                    .wrong, hosts,
                    "Mail goes first, or as often, to \(before.map(\.name).joined(separator: ", ")), and here where that fails; have "
                        + "it come here with the lowest number of all, or alone: \(wanted)")
            }
            if !others.isEmpty {
                return finding(
                    .advised, hosts,
                    "Mail comes to this host, and where it does not answer to \(others.map(\.name).joined(separator: ", ")), which have to "
                        + "pass it on; to have it wait at its senders, publish the one record alone: \(wanted)")
            }
            return finding(.right, hosts, "Mail comes to this host.")
        } catch .temporary(_, let reason) {
            return finding(.unknown, [], "The name servers could not be asked (\(reason)); try again later.")
        } catch {
            return finding(.wrong, [], "The domain has no usable MX record; publish: \(wanted)")
        }
    }

    /// Whether the policy has mail go to the host.
    private func lists(_ host: String, _ served: PolicyFetch.Outcome?) -> Bool {
        if case .fetched(let policy) = served { return policy.lists(host) }
        return host == facts.hostname.lowercased()
    }
}

import AdminAPI
import MailSettings
import Resolver

/// Holds what is published against one record of `domain dns`.
extension Provisioning {
    /// nil for records that are checked as a whole (MX, SPF).
    /// - Parameter mode: of the domain's policy on TLS.
    /// - Parameter served: the policy on TLS that a web server of others was asked for.
    func check(_ record: DNSRecord, _ mode: MTASTSMode, _ served: PolicyFetch.Outcome?) async -> DomainCheck.Finding? {
        let name = String(record.name.dropLast())
        do throws(ResolverError) {
            if record.isOfPolicy { return try await check(policy: record, mode, served) }
            switch record.type {
            case "SRV": return check(record, against: try await resolver.services(at: name))
            case "TLSA": return check(key: record, against: try await resolver.certificateAssociations(at: name))
            case "CNAME": return await check(host: record, try await leadsHere(name))
            case "TXT" where name.hasPrefix("_dmarc."): return try await check(dmarc: record)
            case "TXT":
                guard let policy = Self.policies.first(where: { record.name.hasPrefix($0.label) }) else { return nil }
                return check(record, policy, against: try await resolver.texts(of: name))
            default: return nil
            }
        } catch .temporary(_, let reason) {
            return record.finding(.unknown, [], "The name servers could not be asked (\(reason)); try again later.")
        } catch {
            return record.advised  // there is no such name
        }
    }

    /// Policies that stand in a TXT record of their own name, and what each begins with.
    private struct Policy: Sendable {
        let label: String, version: String, name: String
        /// A tag without which it says nothing.
        let tag: String
    }

    private static let policies = [
        Policy(label: "_smtp._tls.", version: "v=TLSRPTv1", name: "TLSRPT", tag: "rua"),  // RFC 8460 §3
    ]

    private func check(_ record: DNSRecord, _ policy: Policy, against texts: [String]) -> DomainCheck.Finding {
        let found = texts.filter { $0 == policy.version || $0.hasPrefix(policy.version + ";") || $0.hasPrefix(policy.version + " ") }
        let published = found.map { "\"\($0)\"" }
        switch found.count {
        case 0: return record.advised
        case 1:
            guard let value = TagList(found[0])[policy.tag] else {
                return record.finding(
                    .wrong, published, "The \(policy.name) record lacks its tag \(policy.tag), so it says nothing; publish: \(record.line)")
            }
            guard value.lowercased().split(separator: ",").allSatisfy({ $0.hasPrefix("mailto:") || $0.hasPrefix("https:") }) else {
                return record.finding(
                    .wrong, published,
                    "The \(policy.name) record's \(policy.tag) is neither mailto: nor https:, so nobody reports; publish: \(record.line)")
            }
            return record.finding(.right, published, "The domain has a \(policy.name) record.")
        default:
            return record.finding(
                .wrong, published, "The domain has several \(policy.name) records, and so none that counts; publish one: \(record.line)")
        }
    }

    /// A mail program takes the host and the port; the priority is for whoever runs the zone to choose.
    private func check(_ record: DNSRecord, against services: [String]) -> DomainCheck.Finding {
        guard !services.isEmpty else { return record.advised }
        let wanted = record.value.split(separator: " ").suffix(2).map { $0.lowercased() }
        func leadsHere(_ service: String) -> Bool { service.split(separator: " ").suffix(2).map { $0.lowercased() } == wanted }
        func priority(_ service: String) -> Int { service.split(separator: " ").first.flatMap { Int($0) } ?? 0 }
        if let own = services.filter(leadsHere).map(priority).min() {
            let others = services.filter { !leadsHere($0) && priority($0) <= own }
            guard others.isEmpty else {
                return record.finding(
                    .advised, services,
                    "Mail programs find the service here, and first, or as often, elsewhere; publish the one record alone: \(record.line)")
            }
            return record.finding(.right, services, "Mail programs find the service here.")
        }
        if services.allSatisfy({ $0.hasSuffix(" .") }) {
            return record.finding(
                .advised, services, "The domain says that it has no such service (RFC 2782); to offer it, publish: \(record.line)")
        }
        return record.finding(.wrong, services, "Mail programs are sent to another host or port; publish: \(record.line)")
    }

    private func check(key record: DNSRecord, against associations: [String]) -> DomainCheck.Finding {
        guard !associations.isEmpty else { return record.advised }
        if associations.contains(record.value) {
            return record.finding(.right, associations, "The mail host's key is the one that is published.")
        }
        // Of the usages 0 and 1, and of keys of authorities (2), nothing is said here: SMTP uses 2 and 3 (RFC 7672 §3.1).
        guard associations.contains(where: { $0.hasPrefix("3 1 1 ") }) else {
            return record.finding(.advised, associations, "What is published is not a digest of this host's key; this is: \(record.line)")
        }
        return record.finding(
            .wrong, associations,
            "The published key is not the one that the mail host shows: hosts that ask for it send no mail here; publish: \(record.line)")
    }
}

extension DNSRecord {
    var line: String { "\(name) \(type) \(value)" }

    /// A TXT record's, of one string.
    var text: String { value.filter { $0 != "\"" } }

    func finding(
        _ verdict: DomainCheck.Finding.Verdict, _ published: [String], _ explanation: String
    ) -> DomainCheck.Finding {
        DomainCheck.Finding(type: type, name: name, verdict: verdict, published: published, explanation: explanation)
    }

    var advised: DomainCheck.Finding { finding(.advised, [], "There is none (\(purpose)); to have it, publish: \(line)") }
}

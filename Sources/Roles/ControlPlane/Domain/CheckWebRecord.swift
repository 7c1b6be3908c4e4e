import AdminAPI
import MailSettings
import Resolver

/// Of the records of `domain dns` that lead to what is fetched over HTTPS: policies on TLS, and settings of mail programs.
extension Provisioning {
    /// Where a name leads.
    struct Destination: Sendable {
        var addresses: [String]
        var isThisHost: Bool
    }

    func leadsHere(_ name: String) async throws(ResolverError) -> Destination? {
        let found: [String]
        do throws(ResolverError) { found = try await resolver.addresses(of: name) } catch {
            guard case .temporary = error else { return nil }
            throw error
        }
        let own: [String]
        do throws(ResolverError) { own = try await resolver.addresses(of: facts.hostname) } catch {
            guard case .temporary = error else { return Destination(addresses: found, isThisHost: false) }
            throw error
        }
        return Destination(addresses: found, isThisHost: !Set(found).isDisjoint(with: own))
    }

    /// Of `autoconfig` and `autodiscover`: mail programs go without them.
    func check(host record: DNSRecord, _ destination: Destination?) -> DomainCheck.Finding {
        guard let destination else { return record.advised }
        guard destination.isThisHost else { return elsewhere(record, destination, "the settings") }
        guard let problem = certificateProblem(of: record) else {
            return record.finding(.right, destination.addresses, "Mail programs find their settings here.")
        }
        return record.finding(.advised, destination.addresses, "\(problem), so that mail programs do not take their settings from here.")
    }

    /// Of `_mta-sts` and `mta-sts`: needed when the domain has a policy, and of no harm when it has none.
    func check(policy record: DNSRecord, _ mode: MTASTSMode) async throws(ResolverError) -> DomainCheck.Finding {
        let grave: DomainCheck.Finding.Verdict = mode == .off ? .advised : .wrong
        let name = String(record.name.dropLast())
        guard record.type == "CNAME" else {
            let texts: [String]
            do throws(ResolverError) { texts = try await resolver.texts(of: name) } catch {
                guard case .temporary = error else { return check(announcement: record, [], grave, mode) }
                throw error
            }
            return check(announcement: record, texts.filter { $0 == "v=STSv1" || $0.hasPrefix("v=STSv1;") }, grave, mode)
        }
        guard let destination = try await leadsHere(name) else {
            return mode == .off
                ? record.advised
                : record.finding(
                    .wrong, [],
                    "The policy, whose mode is \(mode.rawValue), cannot be fetched: there is no such name; publish: \(record.line)")
        }
        guard destination.isThisHost else { return elsewhere(record, destination, "the policy") }
        guard let problem = certificateProblem(of: record) else {
            return record.finding(.right, destination.addresses, "The policy can be fetched here; its mode is \(mode.rawValue).")
        }
        return record.finding(
            grave, destination.addresses, "\(problem), so that the policy cannot be fetched; `certificate import` brings one.")
    }

    /// The id must be that of the policy: who has one of another id already fetches it anew (RFC 8461 §3.1).
    private func check(
        announcement record: DNSRecord, _ found: [String], _ grave: DomainCheck.Finding.Verdict, _ mode: MTASTSMode
    ) -> DomainCheck.Finding {
        let published = found.map { "\"\($0)\"" }
        switch found.count {
        case 0 where mode == .off: return record.advised
        case 0:
            return record.finding(
                .wrong, [], "Nobody learns of the policy, whose mode is \(mode.rawValue); publish: \(record.line)")
        case 1:
            return Self.id(in: found[0]) == Self.id(in: record.value.filter { $0 != "\"" })
                ? record.finding(.right, published, "The record tells of the policy as it is.")
                : record.finding(grave, published, "Who knows an earlier policy does not learn of the present one; publish: \(record.line)")
        default:
            return record.finding(
                grave, published, "There are several MTA-STS records, and so none that counts; publish one: \(record.line)")
        }
    }

    private static func id(in text: String) -> String? {
        for tag in text.split(separator: ";") {
            let parts = tag.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\t" } }
            if parts.count == 2, parts[0] == "id" { return parts[1] }
        }
        return nil
    }

    private func elsewhere(_ record: DNSRecord, _ destination: Destination, _ what: String) -> DomainCheck.Finding {
        record.finding(
            .advised, destination.addresses,
            "The name leads to another host, which has to serve \(what) then; to have it served here, publish: \(record.line)")
    }

    /// As the first half of a sentence; nil also where a web server of others shows its own certificates.
    private func certificateProblem(of record: DNSRecord) -> String? {
        guard facts.web.isOurs else { return nil }
        let name = String(record.name.dropLast())
        return certificates.doubt(about: name)?.sentence(about: name)
    }
}

extension DNSRecord {
    var isOfPolicy: Bool { name.hasPrefix("_mta-sts.") || name.hasPrefix("mta-sts.") && type == "CNAME" }
}

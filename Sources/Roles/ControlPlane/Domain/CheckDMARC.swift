import AdminAPI
import Resolver

/// What receivers learn from a domain's DMARC record, or from that of a domain above it (RFC 7489 §6.6.3).
extension Provisioning {
    /// - Parameter record: of `domain dns`.
    func check(dmarc record: DNSRecord) async throws(ResolverError) -> DomainCheck.Finding {
        let domain = String(record.name.dropFirst("_dmarc.".count).dropLast())
        let found = try await dmarcRecords(of: domain)
        let published = found.map { "\"\($0)\"" }
        guard let text = found.first else { return try await check(dmarc: record, above: domain) }
        guard found.count == 1 else {
            return record.finding(
                .wrong, published, "The domain has several DMARC records, and so none that counts; publish one: \(record.line)")
        }
        let tags = TagList(text)
        guard let policy = tags["p"]?.lowercased() else {
            return record.finding(
                .wrong, published, "The DMARC record lacks its tag p, so it says nothing; publish: \(record.line)")
        }
        for (name, value) in [("p", policy), ("sp", tags["sp"]?.lowercased() ?? policy)] where !Self.dmarcPolicies.contains(value) {
            return record.finding(
                .wrong, published, "The DMARC record's \(name) is none of none, quarantine and reject; publish: \(record.line)")
        }
        for address in Self.reportAddresses(tags) {
            guard try await takesReports(address.domain, of: domain) else {
                return record.finding(
                    .advised, published,
                    "Reports are to go to \(address.text), and \(address.domain) does not say that it takes them, so nobody sends them "
                        + "(RFC 7489 §7.1); there publish: \(domain)._report._dmarc.\(address.domain). TXT \"v=DMARC1\"")
            }
        }
        // Somebody may watch the reports first: nothing is wrong with that.
        if DMARCRecord(text).asksForNothing, !DMARCRecord(record.text).asksForNothing {
            return record.finding(
                .advised, published,
                "The domain's mail is signed, and its DMARC record still asks nobody to put mail aside that fails (p=none); once "
                    + "reports show that all of its own passes, write p=quarantine in it.")
        }
        if policy != "none", tags["sp"]?.lowercased() == "none" {
            return record.finding(
                .advised, published,
                "The DMARC record asks nobody to put mail aside that fails in the name of a domain below this one (sp=none); leave out sp.")
        }
        return record.finding(.right, published, "The domain has a DMARC record.")
    }

    private static let dmarcPolicies = ["none", "quarantine", "reject"]

    /// None where there is no such name.
    private func dmarcRecords(of domain: String) async throws(ResolverError) -> [String] {
        do throws(ResolverError) {
            return try await resolver.texts(of: "_dmarc.\(domain)").filter {
                $0 == "v=DMARC1" || $0.hasPrefix("v=DMARC1;") || $0.hasPrefix("v=DMARC1 ")
            }
        } catch {
            if error.isTemporary { throw error }
            return []
        }
    }

    /// A domain without a record has the policy that one above it has for those below.
    private func check(dmarc record: DNSRecord, above domain: String) async throws(ResolverError) -> DomainCheck.Finding {
        var rest = domain[...]
        while let dot = rest.firstIndex(of: "."), rest[rest.index(after: dot)...].contains(".") {
            rest = rest[rest.index(after: dot)...]
            let found = try await dmarcRecords(of: String(rest))
            guard found.count == 1 else { continue }
            let tags = TagList(found[0])
            guard let policy = (tags["sp"] ?? tags["p"])?.lowercased(), Self.dmarcPolicies.contains(policy) else { continue }
            return record.finding(
                policy == "none" ? .advised : .right, [],
                "The domain has no DMARC record of its own, and receivers take that of \(rest), whose policy for it is \(policy); to have "
                    + "its own, publish: \(record.line)")
        }
        return record.advised
    }

    /// Of `rua` and `ruf`, as far as they are addresses of mail.
    private static func reportAddresses(_ tags: TagList) -> [(text: String, domain: String)] {
        let uris = [tags["rua"], tags["ruf"]].compactMap(\.self).flatMap { $0.split(separator: ",") }.prefix(10)
        return uris.compactMap { uri in
            guard uri.lowercased().hasPrefix("mailto:") else { return nil }
            let address = uri.dropFirst("mailto:".count).prefix { $0 != "!" && $0 != "?" }  // `!10m` limits a report's size
            guard let at = address.lastIndex(of: "@") else { return nil }
            return (String(address), address[address.index(after: at)...].lowercased())
        }
    }

    /// Those of one organization need not say so; domains of which one is above the other are taken for such.
    private func takesReports(_ receiver: String, of domain: String) async throws(ResolverError) -> Bool {
        guard receiver != domain, !domain.hasSuffix("." + receiver), !receiver.hasSuffix("." + domain) else { return true }
        do throws(ResolverError) {
            return try await resolver.texts(of: "\(domain)._report._dmarc.\(receiver)").contains { $0.hasPrefix("v=DMARC1") }
        } catch {
            if error.isTemporary { throw error }
            return false
        }
    }
}

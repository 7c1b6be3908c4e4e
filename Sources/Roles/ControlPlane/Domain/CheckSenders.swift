import AdminAPI
import Resolver

/// SPF: whether receivers take mail that comes from here in the domain's name.
extension Provisioning {
    /// Asks as a receiver does (RFC 7208 §4), for each address of this host.
    func checkSenders(of domain: String) async -> DomainCheck.Finding {
        let policies: [String], addresses: [String]
        do throws(ResolverError) {
            policies = try await resolver.texts(of: domain).filter(SPFRecord.isOne)
        } catch {
            if case .temporary(_, let reason) = error { return Senders(domain, []).unasked(reason) }
            return Senders(domain, []).finding(.wrong, "The domain does not exist in the DNS; publish: \(Senders.record(of: domain))")
        }
        let senders = Senders(domain, policies)
        guard !policies.isEmpty else {
            return senders.finding(
                .wrong, "The domain has no SPF record, so receivers may distrust its mail; publish: \(Senders.record(of: domain))")
        }
        do throws(ResolverError) { addresses = try await resolver.addresses(of: facts.hostname) } catch {
            if case .temporary(_, let reason) = error { return senders.unasked(reason) }
            return senders.finding(.unknown, "\(facts.hostname) has no address that receivers could be asked about.")
        }
        var judged: [(address: String, judgement: SPFEvaluation<DNSResolver>.Judgement)] = []
        for address in addresses.prefix(Senders.mostAddresses) {
            guard let client = NetworkPrefix(address) else { continue }
            var evaluation = SPFEvaluation(client: client, sender: domain, greeting: facts.hostname, names: resolver)
            do throws(SPFEvaluation<DNSResolver>.Failure) { judged.append((address, try await evaluation.run())) } catch {
                switch error {
                case .temporary(let reason): return senders.unasked(reason)
                case .permanent(let reason):
                    return senders.finding(
                        .wrong,
                        "The SPF record is in error, so receivers take it for none: \(reason); publish: \(Senders.record(of: domain))")
                }
            }
        }
        return senders.finding(of: judged)
    }
}

/// What is said of a domain's SPF record.
private struct Senders {
    static let mostAddresses = 8

    let domain: String
    /// The records that are published.
    let policies: [String]

    init(_ domain: String, _ policies: [String]) { (self.domain, self.policies) = (domain, policies) }

    static func record(of domain: String) -> String { "\(domain). TXT \"v=spf1 mx -all\"" }

    func finding(_ verdict: DomainCheck.Finding.Verdict, _ explanation: String) -> DomainCheck.Finding {
        DomainCheck.Finding(
            type: "TXT", name: "\(domain).", verdict: verdict, published: policies.map { "\"\($0)\"" }, explanation: explanation)
    }

    func unasked(_ reason: String) -> DomainCheck.Finding {
        finding(.unknown, "The name servers could not be asked (\(reason)); try again later.")
    }

    func finding(of judged: [(address: String, judgement: SPFEvaluation<DNSResolver>.Judgement)]) -> DomainCheck.Finding {
        if let strange = judged.first(where: { $0.judgement.result != .pass }) {
            let term = strange.judgement.terms.isEmpty ? "no term" : Self.words(strange.judgement.terms)
            let does =
                switch strange.judgement.result {
                case .fail: "refuse mail"
                case .softFail: "distrust mail"
                case .neutral, .none, .pass: "be told nothing of mail"
                }
            return finding(
                .wrong,
                "Receivers \(does) from this host's address \(strange.address), for which \(term) decides; add mx to the SPF record, "
                    + "before what ends it, such as: \(Self.record(of: domain))")
        }
        let terms = judged.map(\.judgement.terms)
        if let open = terms.first(where: { ["all", "+all"].contains($0.last?.lowercased()) }) {
            return finding(
                .advised,
                "The SPF record has receivers take mail from whoever sends it (\(Self.words(open))); publish: \(Self.record(of: domain))")
        }
        let ways = zip(judged, terms).map { "\($0.address) by \(Self.words($1))" }
        return finding(.right, "Receivers take mail from this host's addresses: \(ways.joined(separator: ", ")).")
    }

    private static func words(_ terms: [String]) -> String { terms.joined(separator: ", there ") }
}

import AdminAPI
import MailSettings
import Resolver

/// Of the records of `domain dns` that lead to what is fetched over HTTPS: policies on TLS, and settings of mail programs.
extension Provisioning {
    /// Where a name leads.
    struct Destination: Sendable {
        var addresses: [String]
        /// Those of them that this host's own name has.
        var here: [String]
        var isThisHost: Bool { !here.isEmpty }
    }

    func leadsHere(_ name: String) async throws(ResolverError) -> Destination? {
        let found: [String]
        do throws(ResolverError) { found = try await resolver.addresses(of: name) } catch {
            guard case .temporary = error else { return nil }
            throw error
        }
        let own: [String]
        do throws(ResolverError) { own = try await resolver.addresses(of: facts.hostname) } catch {
            guard case .temporary = error else { return Destination(addresses: found, here: []) }
            throw error
        }
        return Destination(addresses: found, here: found.filter(own.contains))
    }

    /// Of `autoconfig` and `autodiscover`: mail programs go without them.
    func check(host record: DNSRecord, _ destination: Destination?) async -> DomainCheck.Finding {
        guard let destination else { return record.advised }
        guard destination.isThisHost else { return elsewhere(record, destination, "the settings") }
        guard facts.web.isOurs else {
            let (verdict, says) = judgement(of: await servedSettings(record, destination), record)
            return record.finding(verdict, destination.addresses, says)
        }
        guard let problem = await certificateProblem(of: record) else {
            return record.finding(.right, destination.addresses, "Mail programs find their settings here.")
        }
        return record.finding(.advised, destination.addresses, "\(problem), so that mail programs do not take their settings from here.")
    }

    /// Of `_mta-sts` and `mta-sts`: needed when the domain has a policy, and of no harm when it has none.
    /// - Parameter served: the policy that a web server of others was asked for.
    func check(
        policy record: DNSRecord, _ mode: MTASTSMode, _ served: PolicyFetch.Outcome?
    ) async throws(ResolverError) -> DomainCheck.Finding {
        let grave: DomainCheck.Finding.Verdict = mode == .off ? .advised : .wrong
        guard record.type == "CNAME" else {
            let texts: [String]
            do throws(ResolverError) { texts = try await resolver.texts(of: record.host) } catch {
                guard case .temporary = error else { return check(announcement: record, [], grave, mode) }
                throw error
            }
            return check(announcement: record, texts.filter { $0 == "v=STSv1" || $0.hasPrefix("v=STSv1;") }, grave, mode)
        }
        guard let destination = try await leadsHere(record.host) else {
            return mode == .off
                ? record.advised
                : record.finding(
                    .wrong, [],
                    "The policy, whose mode is \(mode.rawValue), cannot be fetched: there is no such name; publish: \(record.line)")
        }
        guard destination.isThisHost else { return elsewhere(record, destination, "the policy") }
        guard facts.web.isOurs else {
            let (verdict, says) = judgement(of: served ?? .unreachable("it was not asked"), record, mode)
            return record.finding(verdict == .wrong ? grave : verdict, destination.addresses, says)
        }
        guard let problem = await certificateProblem(of: record) else {
            return record.finding(.right, destination.addresses, "The policy can be fetched here; its mode is \(mode.rawValue).")
        }
        return record.finding(
            grave, destination.addresses, "\(problem), so that the policy cannot be fetched; `certificate import` brings one.")
    }

    /// What the web server before this platform serves, or in place of it.
    private func judgement(
        of served: PolicyFetch.Outcome, _ record: DNSRecord, _ mode: MTASTSMode
    ) -> (DomainCheck.Finding.Verdict, String) {
        let command = "`curl https://\(record.host)\(PolicyFetch.path)` shows what others get."
        switch served {
        case .fetched(let policy):
            guard policy.mode == mode else {
                let modes = "mode is \(policy.mode.rawValue), and it is to be \(mode.rawValue)"
                return (.wrong, "The web server serves a policy whose \(modes). \(command)")
            }
            guard mode == .off || policy.lists(facts.hostname) else {
                return (.wrong, "The web server serves a policy that does not list \(facts.hostname), where mail comes in. \(command)")
            }
            return (.right, "The policy was fetched from the web server here, as others fetch it; its mode is \(mode.rawValue).")
        case .failed(let says): return (.wrong, "The policy cannot be fetched: the web server here \(says). \(command)")
        case .unreachable(let says):
            return (
                .unknown,
                "The policy, whose mode is to be \(mode.rawValue), could not be fetched from here: \(says). From elsewhere \(command)"
            )
        }
    }

    /// Asks a web server of others for the policy, if the name leads to this host; nil: it was not asked.
    func servedPolicy(of domain: DomainName) async -> PolicyFetch.Outcome? {
        let name = "mta-sts.\(domain)"
        guard !facts.web.isOurs, let destination = try? await leadsHere(name), destination.isThisHost else { return nil }
        return await PolicyFetch(OwnHostFetch(host: name, addresses: destination.here)).run()
    }

    /// Asks a web server of others, which has this host's address, for the settings.
    private func servedSettings(_ record: DNSRecord, _ destination: Destination) async -> SettingsFetch.Outcome {
        guard let document = SettingsFetch.Document(under: record.host) else { return .unreachable("they were not asked for") }
        let domain = String(record.host.drop { $0 != "." }.dropFirst())
        return await SettingsFetch(document, of: domain, OwnHostFetch(host: record.host, addresses: destination.here)).run()
    }

    /// What of them leads to the services here. Mail programs that find none ask the person.
    private func judgement(of served: SettingsFetch.Outcome, _ record: DNSRecord) -> (DomainCheck.Finding.Verdict, String) {
        let command = "`curl https://\(record.host)\(record.path)` shows what others get."
        switch served {
        case .fetched(let settings):
            let services = OfferedService.all(at: DomainRecords.ports(of: facts.listeners))
            let strange = settings.servers.filter { server in !services.contains { server.leads(to: $0, at: facts.hostname) } }
            let kinds = Set(settings.servers.map(\.kind))
            guard strange.isEmpty else {
                let wrong = Set(strange.map(\.kind.rawValue)).sorted().joined(separator: " and ")
                let what = "settings that lead to other servers, ports or ways of TLS than those here, for \(wrong)"
                return (.wrong, "The web server serves \(what). \(command)")
            }
            guard kinds.contains(.smtp), kinds.count > 1 else {
                let what = kinds.contains(.smtp) ? "to read" : "to send"
                return (.wrong, "The web server serves settings that lack a server \(what) mail. \(command)")
            }
            return (.right, "The settings were fetched from the web server here, as mail programs fetch them, and lead here.")
        case .failed(let says):
            return (.advised, "Mail programs do not get their settings: the web server here \(says). \(command)")
        case .unreachable(let says):
            return (.unknown, "The settings could not be fetched from here: \(says). From elsewhere \(command)")
        }
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
            return TagList(found[0])["id"] == TagList(record.text)["id"]
                ? record.finding(.right, published, "The record tells of the policy as it is.")
                : record.finding(grave, published, "Who knows an earlier policy does not learn of the present one; publish: \(record.line)")
        default:
            return record.finding(
                grave, published, "There are several MTA-STS records, and so none that counts; publish one: \(record.line)")
        }
    }

    private func elsewhere(_ record: DNSRecord, _ destination: Destination, _ what: String) -> DomainCheck.Finding {
        record.finding(
            .advised, destination.addresses,
            "The name leads to another host, which has to serve \(what) then (`curl https://\(record.host)\(record.path)` shows it); "
                + "to have it served here, publish: \(record.line)")
    }

    /// As the first half of a sentence.
    private func certificateProblem(of record: DNSRecord) async -> String? {
        await certificates.doubt(about: record.host)?.sentence(about: record.host)
    }
}

extension DNSRecord {
    /// Its name without the final dot.
    fileprivate var host: String { String(name.dropLast()) }

    /// Where what it leads to is served.
    fileprivate var path: String {
        switch name.prefix(while: { $0 != "." }) {
        case "mta-sts": PolicyFetch.path
        case "autoconfig": SettingsFetch.Document.thunderbird.path
        default: SettingsFetch.Document.outlook.path
        }
    }

    var isOfPolicy: Bool { name.hasPrefix("_mta-sts.") || name.hasPrefix("mta-sts.") && type == "CNAME" }
}

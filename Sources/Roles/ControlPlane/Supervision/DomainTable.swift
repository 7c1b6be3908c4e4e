import AdminAPI
import InternationalNames
import MailSettings
import Postgres
import Runtime
import Supervision

/// Which domains are ours, and whose: what gateway and relay are told, again as a whole at each change.
@EventLoopActor
final class DomainTable {
    private let database: PostgresPool
    private let journal: Journal
    private var receivers: [SupervisedService] = []
    private var last: Task<Void, Never>?
    /// As it was last read, for a process that starts while the database is away.
    private var known: [HostedDomain] = [] {
        didSet {
            (aliases, spellings, tenants) = ([:], [:], [:])
            for domain in known {
                tenants[domain.name] = domain.tenant
                aliases[domain.name] = domain.aliasOf.map { ($0, domain.tenant) }
                if let spelling = domain.unicodeName { spellings[spelling] = domain.name }
            }
        }
    }
    /// The names of the domains that aliases stand for, and whose they are.
    private var aliases: [String: (domain: String, tenant: Int64)] = [:]
    /// Whose each domain is, and each alias of one.
    private var tenants: [String: Int64] = [:]
    /// Names of domains and aliases by what they are in Unicode: by octets, which are equal in one spelling alone.
    private var spellings: [[UInt8]: String] = [:]

    init(database: PostgresPool, journal: Journal) { (self.database, self.journal) = (database, journal) }

    func connect(_ receivers: [SupervisedService]) { self.receivers = receivers }

    /// The table for a process that has just started.
    func current() async -> [HostedDomain] {
        if let fresh = try? await read() { known = fresh }
        return known
    }

    /// The address under its domain's own name.
    /// - Parameter part: what the name of a domain beyond it stands for is not told there: such an address stays as it is.
    func canonical(_ address: EmailAddress, within part: AdministeredPart? = nil) -> EmailAddress {
        guard let alias = aliases[address.domain.text] else { return address }
        if let part, alias.tenant != part.tenant || (part.domainName.map { $0.text != alias.domain } ?? false) { return address }
        return (try? EmailAddress("\(address.localPart)@\(alias.domain)")) ?? address
    }

    /// Whose the address's domain is; nil: none of ours.
    func tenant(of address: EmailAddress) -> Int64? { tenants[address.domain.text] }

    /// Whether mail for this name, a domain's own or another one, is somebody's here.
    func hosts(_ name: DomainName) -> Bool { tenants[name.text] != nil }

    /// Whose account a login name is, under its domain's own name. The domain may be in Unicode, as in mail; it is looked for among ours
    /// alone, so that no library of names reads here what strangers send.
    /// - Returns: nil when it is no address, and so nobody's.
    func account(of login: String) -> EmailAddress? {
        guard let at = login.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let domain = login[login.utf8.index(after: at)...]
        guard domain.utf8.contains(where: { $0 >= 0x80 }) else { return (try? EmailAddress(login)).map { canonical($0) } }
        var spelling = InternationalName.lowercased(String(domain))
        if spelling.last == UInt8(ascii: ".") { spelling.removeLast() }  // as of a name in ASCII
        guard let name = spellings[spelling] else { return nil }
        return (try? EmailAddress("\(login[..<at])@\(name)")).map { canonical($0) }
    }

    private func read() async throws(PostgresError) -> [HostedDomain] {
        let result = try await database.query(
            """
            SELECT n.name, n.tenant_id, 'incoming' <> ALL (t.suspended), t.suspension_reason, n.domain, n.mta_sts
            FROM (
                SELECT tenant_id, name, NULL AS domain, mta_sts FROM domains
                UNION ALL
                SELECT tenant_id, a.name, d.name, d.mta_sts FROM domain_aliases a JOIN domains d USING (tenant_id, domain_id)
            ) n JOIN tenants t USING (tenant_id) ORDER BY n.name
            """)
        var domains: [HostedDomain] = []
        for row in result.rows {
            let name = try row.text(0), takesMail = try row.bool(2)
            domains.append(HostedDomain(
                name: name, unicodeName: InternationalName.unicode(name), tenant: try row.int8(1), takesMail: takesMail,
                reason: takesMail ? nil : try row.optionalText(3), aliasOf: try row.optionalText(4),
                policyMode: MTASTSMode(rawValue: try row.text(5)) ?? .off))
        }
        return domains
    }

    /// Tells everybody what the table is now. One after the other, so that an older table never follows a newer one.
    func push() async {
        let previous = last
        let this = Task {
            await previous?.value
            await pushNow()
        }
        last = this
        await this.value
    }

    private func pushNow() async {
        for attempt in 1...5 {
            do {
                known = try await read()
                for receiver in receivers { receiver.send(.domains(known)) }
                return
            } catch {
                journal.error("the table of domains could not be read", ["error": "\(error)", "attempt": "\(attempt)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}

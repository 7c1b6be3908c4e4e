import Postgres
import Runtime

/// The tenant's domains, users, aliases and groups as far as they were asked for. The control plane writes them; it says when they changed.
@EventLoopActor
package final class Directory {
    /// What an address is, by itself.
    struct Entry {
        var user: UserRecord?
        /// Targets of the alias, in their order.
        var targets: [String] = []
        /// A group, whose members are the targets.
        var group: Group?
        /// Of the user.
        var forward: Forward?
        var isEmpty: Bool { user == nil && targets.isEmpty && group == nil }
    }

    struct Group {
        let address: String
        let posting: GroupPosting
        let owners: [String]
    }

    struct Forward {
        /// Addresses, in their order.
        let targets: [String]
        let keepsCopy: Bool
    }

    /// A domain as any of its names leads to it.
    struct Domain: Equatable {
        let id: Int64
        /// Its own name.
        let name: String
    }

    private struct Address: Hashable {
        let domain: Int64
        let localPart: Spelling
    }

    /// Addresses that are remembered; when there are more, all are forgotten.
    private static let cacheLimit = 20_000
    /// Users of a domain whose addresses are read along with the first one that is asked for: mail for one is soon followed by mail for
    /// others, and a question for each costs more than all of a small company in one.
    static let readAheadLimit = 200

    let tenant: Int64
    let database: Database
    /// Grows whenever provisioning changed.
    private(set) var generation = 0
    private var domains: [String: Domain]?
    private var entries: [Address: Entry] = [:]
    private var users: [Int64: UserRecord] = [:]
    /// Those who were found at an address, which is all that most deliveries ask of them.
    private(set) var found: Set<Int64> = []
    /// Domains of which the first addresses were read ahead.
    private var readAhead: Set<Int64> = []
    /// By member; see `sharedMailboxes(of:)`.
    var shared: [Int64: [SharedMailbox]]?
    var sharedLoading: SharedLoading?
    private var watchers: [ObjectIdentifier: @EventLoopActor () -> Void] = [:]

    /// For who only asks where addresses lead; the pool's role must be allowed to read the tenant's rows.
    /// - Parameter entering: what each transaction begins with, such as becoming another role.
    package convenience init(tenant: Int64, pool: PostgresPool, entering: PostgresStatement? = nil) {
        self.init(tenant: tenant, database: Database(pool: pool, entering: entering))
    }

    init(tenant: Int64, database: Database) {
        self.tenant = tenant
        self.database = database
    }

    func forget() {
        generation += 1
        domains = nil
        entries = [:]
        users = [:]
        found = []
        readAhead = []
        shared = nil
        for watcher in watchers.values { watcher() }
    }

    /// Has `action` called after each change, for who relies for long on what was read; nil: no more.
    func watch(as watcher: AnyObject, _ action: (@EventLoopActor () -> Void)?) { watchers[ObjectIdentifier(watcher)] = action }

    /// A domain of this tenant by its own name or an alias, in lower case.
    func domain(named name: String) async throws(StoreError) -> Domain? {
        if let domains { return domains[name] }
        let started = generation
        let result = try await database.query("""
            SELECT name, domain_id, name FROM domains WHERE tenant_id = $1
            UNION ALL
            SELECT a.name, a.domain_id, d.name FROM domain_aliases a JOIN domains d USING (tenant_id, domain_id) WHERE a.tenant_id = $1
            """, [.int8(tenant)])
        var loaded: [String: Domain] = [:]
        for row in result.rows {
            try StoreError.reading { () throws(PostgresError) in
                loaded[try row.text(0)] = Domain(id: try row.int8(1), name: try row.text(2))
            }
        }
        if started == generation { domains = loaded }
        return loaded[name]
    }

    /// Entries of several local parts (in lower case; '' is the catch-all) of one domain, in their order, in one round trip.
    func entries(_ localParts: [String], in domain: Domain) async throws(StoreError) -> [Entry] {
        let addresses = localParts.map { Address(domain: domain.id, localPart: Spelling($0)) }
        let missing = addresses.filter { entries[$0] == nil }.map(\.localPart)
        guard !missing.isEmpty else { return addresses.map { entries[$0] ?? Entry() } }
        let started = generation
        let isFirst = readAhead.insert(domain.id).inserted
        let result: PostgresResult
        do throws(StoreError) {
            result = try await database.query(
                Self.entriesAtPlaces,
                [.int8(tenant), .int8(domain.id), .textArray(missing.map(\.text)), .int8(isFirst ? Int64(Self.readAheadLimit) : 0)])
        } catch {
            if isFirst { readAhead.remove(domain.id) }
            throw error
        }
        var loaded: [Spelling: Entry] = [:]
        for row in result.rows {
            try StoreError.reading { () throws(PostgresError) in
                let text = try row.text(0), localPart = Spelling(text)
                if let id = try row.optionalInt8(1) {
                    loaded[localPart, default: Entry()].user = UserRecord(
                        id: id, domain: domain.id, localPart: text, domainName: domain.name,
                        suspensions: try Suspensions(row, user: 3), messageSize: try row.optionalInt8(7),
                        sending: try SendingLimits(row, 8), hasVacation: try row.bool(12))
                    if let targets = try row.optionalTextArray(13) {
                        loaded[localPart]?.forward = Forward(targets: targets, keepsCopy: try row.bool(14))
                    }
                } else if let target = try row.optionalText(2) {
                    loaded[localPart, default: Entry()].targets.append(target)
                } else if let posting = try row.optionalText(10) {
                    loaded[localPart, default: Entry()].group = Group(
                        address: "\(text)@\(domain.name)", posting: GroupPosting(rawValue: posting) ?? .owners,
                        owners: try row.optionalTextArray(11) ?? [])
                }
            }
        }
        if started == generation {
            // A domain may have got another name a moment ago, and nobody told of it yet: its own address must not lead outside.
            let targets = loaded.values.flatMap(\.targets) + loaded.values.compactMap(\.forward).flatMap(\.targets)
            let names = targets.compactMap { $0.split(separator: "@").last?.lowercased() }
            if let domains, names.contains(where: { domains[$0] == nil }) { self.domains = nil }
            if entries.count > Self.cacheLimit { (entries, found) = ([:], []) }
            found.formUnion(loaded.values.compactMap { $0.user?.id })
            for (localPart, entry) in loaded { entries[Address(domain: domain.id, localPart: localPart)] = entry }
            for localPart in missing where loaded[localPart] == nil { entries[Address(domain: domain.id, localPart: localPart)] = Entry() }
        }
        return addresses.map { loaded[$0.localPart] ?? entries[$0] ?? Entry() }
    }

    /// - Throws: `noSuchUser` of one who is deleted too.
    func requireUser(_ id: Int64) async throws(StoreError) {
        if !found.contains(id) { _ = try await user(id) }
    }

    package func user(_ id: Int64) async throws(StoreError) -> UserRecord {
        if let user = users[id] { return user }
        let started = generation
        let result = try await database.query("""
            SELECT u.domain_id, u.local_part, d.name, u.suspended, u.suspension_reason, t.suspended, t.suspension_reason,
                \(Self.limits("t.planned || t.limits || u.limits")),
                EXISTS (SELECT FROM vacations v WHERE (v.tenant_id, v.user_id) = (u.tenant_id, u.user_id))
            FROM users u JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            WHERE u.tenant_id = $1 AND u.user_id = $2 AND u.deleted_at IS NULL
            """, [.int8(tenant), .int8(id)])
        guard let row = result.first else { throw .noSuchUser }
        let user = try StoreError.reading { () throws(PostgresError) in
            UserRecord(
                id: id, domain: try row.int8(0), localPart: try row.text(1), domainName: try row.text(2),
                suspensions: try Suspensions(row, user: 3), messageSize: try row.optionalInt8(7), sending: try SendingLimits(row, 8),
                hasVacation: try row.bool(10))
        }
        if started == generation {
            if users.count > Self.cacheLimit { users = [:] }
            users[id] = user
        }
        return user
    }

    /// All that stands at the places `$3`, and at those of `$4` users. One place after the other: without statistics, PostgreSQL would
    /// take all of the domain for less than a few keys of it.
    private static let entriesAtPlaces = """
        WITH tenant AS MATERIALIZED (SELECT tenant_limits($1) AS common),
            places AS MATERIALIZED (
                SELECT unnest($3::text[]) AS place
                UNION
                (SELECT local_part FROM users WHERE tenant_id = $1 AND domain_id = $2 AND deleted_at IS NULL ORDER BY local_part LIMIT $4))
        SELECT place, user_id, NULL::text, suspended, suspension_reason, NULL::text[], NULL::text,
            \(limits("common || limits")), NULL::text, NULL::text[], has_vacation,
            (forward).targets, (forward).keeps_copy
        FROM tenant, places, LATERAL (
            SELECT user_id, suspended, suspension_reason, limits,
                EXISTS (SELECT FROM vacations v WHERE (v.tenant_id, v.user_id) = (users.tenant_id, users.user_id)) AS has_vacation,
                (SELECT f FROM user_forwards f WHERE (f.tenant_id, f.user_id) = (users.tenant_id, users.user_id)) AS forward
            FROM users \(atPlace) AND deleted_at IS NULL OFFSET 0) here
        UNION ALL
        SELECT place, NULL, target, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM places, LATERAL (SELECT target FROM aliases \(atPlace) OFFSET 0) here
        UNION ALL
        SELECT place, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, posting, owners, NULL, NULL, NULL
        FROM places, LATERAL (SELECT posting, owners FROM groups \(atPlace) OFFSET 0) here
        UNION ALL
        SELECT place, NULL, address, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM places, LATERAL (SELECT address FROM group_members \(atPlace) OFFSET 0) here
        ORDER BY 3 NULLS FIRST
        """

    private static let atPlace = "WHERE tenant_id = $1 AND domain_id = $2 AND local_part = place"

    /// Whether there is such a user, deleted or not: one who is deleted is kept for a while, with all mail.
    func keeps(_ id: Int64) async throws(StoreError) -> Bool {
        try await !database.query("SELECT 1 FROM users WHERE tenant_id = $1 AND user_id = $2", [.int8(tenant), .int8(id)]).isEmpty
    }

    /// Three columns of what an expression of limits says of one user.
    private static func limits(_ expression: String) -> String {
        ["messageSize", "recipientsPerHour", "recipientsPerDay"].map { "limit_number(\(expression), '\($0)')" }.joined(separator: ", ")
    }
}

extension SendingLimits {
    fileprivate init(_ row: PostgresRow, _ column: Int) throws(PostgresError) {
        self.init(recipientsPerHour: try row.optionalInt8(column), recipientsPerDay: try row.optionalInt8(column + 1))
    }
}

extension Suspensions {
    /// - Parameter column: of what of the user is suspended and why; the tenant's follow, or NULL.
    fileprivate init(_ row: PostgresRow, user column: Int) throws(PostgresError) {
        self.init()
        for place in [column + 2, column] {
            let what = try row.optionalTextArray(place) ?? []
            let reason = try row.optionalText(place + 1)
            // The tenant's incoming mail is stopped elsewhere, so that no worker is started for it.
            if what.contains("incoming"), place == column { incoming = .suspended(reason: reason) }
            if what.contains("outgoing") { outgoing = .suspended(reason: reason) }
        }
    }
}

import AdminAPI
import Postgres
import Runtime

/// From where users logged in, on disk, so that a restart makes no owner a stranger there: networks, never addresses.
///
/// Written at a network's first right login and then once a day (`FamiliarNetworks.writtenEvery`), beside the logins: one statement at a
/// time writes all that has come meanwhile. Only right passwords make rows, of each user as many as are in memory.
@EventLoopActor
final class FamiliarNetworkRows {
    /// A network that a user logged in from.
    struct Place: Sendable {
        var address: EmailAddress
        var network: String
    }

    struct Row: Sendable {
        var key: Key
        /// nil: of an account that is deleted.
        var account: String?
        /// Since the last login from there, as far as it is written.
        var age: Duration

        struct Key: Sendable {
            var tenant: Int64, user: Int64
            var network: String
        }
    }

    /// Places that may wait to be written, rows that are read at once, and octets of a network's name.
    static let waitingLimit = 4_096, pageSize = 1_000, longestName = 64

    private let database: PostgresPool
    private var waiting: [Place] = []
    private var isWriting = false
    /// Accounts that were forgotten while their rows may have been on their way.
    private var forgotten: Set<String> = []
    /// How often accounts were forgotten, or got other names: what was read before that may be wrong.
    private(set) var changes = 0

    init(database: PostgresPool) { self.database = database }

    // MARK: Writing

    /// - Returns: false when too many wait, or it is no network.
    func add(_ place: Place) -> Bool {
        guard waiting.count < Self.waitingLimit, place.network.utf8.count <= Self.longestName else { return false }
        waiting.append(place)
        return true
    }

    /// Writes what waits, until nothing does.
    /// - Parameter failed: gets what could not be written.
    func write(_ failed: ([Place], PostgresError) -> Void) async {
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while !waiting.isEmpty {
            let places = waiting
            waiting = []
            do { try await write(places) } catch { failed(places, error) }
            let gone = places.map(\.address).filter { forgotten.contains($0.text) }
            forgotten = []
            guard !gone.isEmpty else { continue }
            do { try await delete(gone) } catch { failed([], error) }
        }
    }

    private func write(_ places: [Place]) async throws(PostgresError) {
        let given = GivenAddresses.withKeys("unnest($1::text[], $2::text[], $3::text[]) AS g (domain, local_part, network)", of: nil)
        let written = try await database.query(
            """
            INSERT INTO familiar_networks (tenant_id, user_id, network)
            SELECT DISTINCT tenant_id, u.user_id, g.network
            FROM \(given) g JOIN users u USING (tenant_id, domain_id, local_part) WHERE NOT u.shared
            ON CONFLICT (tenant_id, user_id, network) DO UPDATE SET logged_in_at = clock_timestamp()
            RETURNING tenant_id, user_id
            """, Self.names(places.map(\.address)) + [.textArray(places.map(\.network))])
        _ = try await database.query(
            """
            DELETE FROM familiar_networks n USING unnest($1::bigint[], $2::bigint[]) AS g (tenant_id, user_id)
            WHERE n.tenant_id = g.tenant_id AND n.user_id = g.user_id AND n.network NOT IN (
                SELECT k.network FROM familiar_networks k WHERE k.tenant_id = n.tenant_id AND k.user_id = n.user_id
                ORDER BY k.logged_in_at DESC LIMIT $3)
            """,
            [
                .int8Array(try written.rows.map { row throws(PostgresError) in try row.int8(0) }),
                .int8Array(try written.rows.map { row throws(PostgresError) in try row.int8(1) }),
                .int8(Int64(FamiliarNetworks.perAccount)),
            ])
    }

    private func delete(_ addresses: [EmailAddress]) async throws(PostgresError) {
        _ = try await database.query(
            """
            DELETE FROM familiar_networks n USING \(GivenAddresses.keyedOfAll) g, users u
            WHERE \(GivenAddresses.isAt("u", "g")) AND n.tenant_id = u.tenant_id AND n.user_id = u.user_id
            """, Self.names(addresses))
    }

    private static func names(_ addresses: [EmailAddress]) -> [PostgresValue] {
        [.textArray(addresses.map(\.domain.text)), .textArray(addresses.map(\.localPart))]
    }

    /// The account has another password, which has its rows deleted; none of those that are not written yet follow.
    func forget(_ account: String) {
        waiting.removeAll { $0.address.text == account }
        if isWriting { forgotten.insert(account) }
        somethingChanged()
    }

    func somethingChanged() { changes += 1 }

    // MARK: Reading

    /// The rows that follow, in the order of their keys; as many as `pageSize` unless they are the last.
    func page(behind last: Row.Key?) async throws(PostgresError) -> [Row] {
        let last = last ?? Row.Key(tenant: .min, user: .min, network: "")
        return try await database.query(
            """
            SELECT n.tenant_id, n.user_id, n.network, u.local_part || '@' || d.name, extract(epoch FROM now() - n.logged_in_at)::bigint
            FROM (
                SELECT * FROM familiar_networks WHERE (tenant_id, user_id, network) > ($1, $2, $3)
                ORDER BY tenant_id, user_id, network LIMIT $4) n
            LEFT JOIN users u ON u.tenant_id = n.tenant_id AND u.user_id = n.user_id
            LEFT JOIN domains d ON d.tenant_id = u.tenant_id AND d.domain_id = u.domain_id
            ORDER BY n.tenant_id, n.user_id, n.network
            """, [.int8(last.tenant), .int8(last.user), .text(last.network), .int8(Int64(Self.pageSize))]
        ).rows.map { row throws(PostgresError) in
            Row(
                key: .init(tenant: try row.int8(0), user: try row.int8(1), network: try row.text(2)), account: try row.optionalText(3),
                age: .seconds(try row.int8(4)))
        }
    }

    func forgetOld() async throws(PostgresError) {
        _ = try await database.query(
            "DELETE FROM familiar_networks WHERE logged_in_at < now() - $1::bigint * interval '1 second'",
            [.int8(FamiliarNetworks.memory.components.seconds)])
    }
}

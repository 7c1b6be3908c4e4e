import Postgres
import Runtime

/// What somebody who writes to a user is told while the user is away.
public struct Vacation: Sendable, Equatable {
    public let subject: String
    /// Lines end in LF.
    public let text: String
    /// How long it is before the same sender is told again.
    public let days: Int64
}

extension TenantStore {
    /// What holds today, in UTC; nil: nobody is told anything.
    public func vacation(of user: Int64) async throws(StoreError) -> Vacation? {
        let found = try await database.query(
            """
            SELECT subject, body, days::bigint FROM vacations WHERE tenant_id = $1 AND user_id = $2
                AND (now() AT TIME ZONE 'UTC')::date BETWEEN coalesce(first_day, '-infinity') AND coalesce(last_day, 'infinity')
            """, [.int8(tenant), .int8(user)])
        guard let row = found.first else { return nil }
        return try StoreError.reading { () throws(PostgresError) in
            Vacation(subject: try row.text(0), text: try row.text(1), days: try row.int8(2))
        }
    }

    /// Notes that a sender is told; durable when this returns.
    /// - Parameter digest: SHA-256 of the sender and of what it is told.
    /// - Returns: false when it was told less than `days` ago, perhaps for another message just now.
    public func noteReply(_ digest: [UInt8], by user: Int64, days: Int64) async throws(StoreError) -> Bool {
        let noted = try await database.query(
            """
            INSERT INTO vacation_replies AS r (tenant_id, user_id, sender_digest) VALUES ($1, $2, $3)
            ON CONFLICT (tenant_id, user_id, sender_digest) DO UPDATE SET replied_at = now()
                WHERE r.replied_at <= now() - make_interval(days => $4::bigint::int)
            RETURNING 1
            """, [.int8(tenant), .int8(user), .bytea(digest), .int8(days)])
        return !noted.isEmpty
    }

    /// Takes a note back: the sender could not be told.
    public func forgetReply(_ digest: [UInt8], by user: Int64) async throws(StoreError) {
        _ = try await database.query(
            "DELETE FROM vacation_replies WHERE tenant_id = $1 AND user_id = $2 AND sender_digest = $3",
            [.int8(tenant), .int8(user), .bytea(digest)])
    }

    /// Whether one of these addresses is the user's alone.
    public func isOwn(anyOf addresses: [(localPart: String, domain: String)], of user: Int64) async throws(StoreError) -> Bool {
        try await directory.load(addresses)
        for (localPart, domain) in addresses {
            if try await isOwn(localPart: localPart, domain: domain, of: user) { return true }
        }
        return false
    }

    /// Whether an address is the user's alone: its own, or an alias that leads nowhere else. Not a group, nor what others read too.
    public func isOwn(localPart: String, domain: String, of user: Int64) async throws(StoreError) -> Bool {
        try await directory.isOwn(localPart: localPart, domain: domain, of: user)
    }
}

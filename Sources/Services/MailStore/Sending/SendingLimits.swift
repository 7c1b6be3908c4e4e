import Postgres
import Runtime

/// How much a user may send: recipients within an hour from the first, and within a day. nil: any number.
public struct SendingLimits: Sendable, Equatable {
    public var recipientsPerHour: Int64?
    public var recipientsPerDay: Int64?

    public init(recipientsPerHour: Int64? = nil, recipientsPerDay: Int64? = nil) {
        (self.recipientsPerHour, self.recipientsPerDay) = (recipientsPerHour, recipientsPerDay)
    }
}

/// A message would pass a limit on sending.
public struct SendingRefusal: Sendable, Equatable {
    public enum Period: String, Sendable { case hour, day }
    public var period: Period
    public var limit: Int64
    /// Whether it would fit when the period is over.
    public var fitsLater: Bool

    public init(period: Period, limit: Int64, fitsLater: Bool) { (self.period, self.limit, self.fitsLater) = (period, limit, fitsLater) }
}

extension TenantStore {
    /// Counts a message that is about to be sent, if it may be.
    /// - Returns: why it may not; then nothing is counted.
    public func countSending(of recipients: Int64, by user: Int64) async throws(StoreError) -> SendingRefusal? {
        let limits = try await self.user(user).sending
        let periods: [(SendingRefusal.Period, Int64?)] = [(.hour, limits.recipientsPerHour), (.day, limits.recipientsPerDay)]
        guard periods.contains(where: { $0.1 != nil }) else { return nil }
        for case (let period, let limit?) in periods where recipients > limit {
            return SendingRefusal(period: period, limit: limit, fitsLater: false)
        }
        // One statement, so that messages sent at one time do not overlook each other. A change that is counted twice when a connection
        // broke costs the user some recipients of this hour.
        let counted = try await database.query(
            """
            INSERT INTO sending AS s VALUES ($1, $2, now(), $3, now(), $3)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET
                hour_began = \(SendingSQL.began(.hour)), hour_recipients = \(SendingSQL.sent(.hour)) + $3,
                day_began = \(SendingSQL.began(.day)), day_recipients = \(SendingSQL.sent(.day)) + $3
            WHERE ($4::bigint IS NULL OR \(SendingSQL.sent(.hour)) + $3 <= $4)
                AND ($5::bigint IS NULL OR \(SendingSQL.sent(.day)) + $3 <= $5)
            RETURNING 1
            """,
            [
                .int8(tenant), .int8(user), .int8(recipients), .optionalInt8(limits.recipientsPerHour),
                .optionalInt8(limits.recipientsPerDay),
            ])
        guard counted.isEmpty else { return nil }
        let standing = try await database.query(
            "SELECT \(SendingSQL.sent(.day)) FROM sending s WHERE tenant_id = $1 AND user_id = $2", [.int8(tenant), .int8(user)])
        let sentToday = try StoreError.reading { () throws(PostgresError) in try standing.first?.int8(0) ?? 0 }
        if let limit = limits.recipientsPerDay, sentToday + recipients > limit {
            return SendingRefusal(period: .day, limit: limit, fitsLater: true)
        }
        return SendingRefusal(period: .hour, limit: limits.recipientsPerHour ?? 0, fitsLater: true)
    }

    /// Takes back what was counted for a message that was not sent after all. Should that fail, the user may send as much less;
    /// so it is not repeated when a connection breaks, which could take it back twice.
    public func uncountSending(of recipients: Int64, by user: Int64) async {
        guard let limits = try? await self.user(user).sending, limits != SendingLimits() else { return }
        let statement = PostgresStatement(
            """
            UPDATE sending SET hour_recipients = greatest(0, hour_recipients - $3), day_recipients = greatest(0, day_recipients - $3)
            WHERE tenant_id = $1 AND user_id = $2
            """, [.int8(tenant), .int8(user), .int8(recipients)])
        _ = try? await database.pool.pipeline([statement])
    }
}

/// What of a row `s` of `sending` still counts: of the period that began within the last hour, or day.
package enum SendingSQL {
    static func began(_ period: SendingRefusal.Period) -> String {
        "CASE WHEN s.\(period)_began <= now() - interval '1 \(period)' THEN now() ELSE s.\(period)_began END"
    }

    package static func sent(_ period: SendingRefusal.Period) -> String {
        "(CASE WHEN s.\(period)_began <= now() - interval '1 \(period)' THEN 0 ELSE s.\(period)_recipients END)"
    }
}

import AdminAPI
import Postgres

extension SuspensionChange {
    /// For `$1` and `$2` of an assignment.
    var parameters: [PostgresValue] {
        [.textArray((what ?? Suspendable.allCases).map(\.rawValue)), .optionalText(withoutReason == true ? "" : reason?.text)]
    }

    /// In the order of the cases, each once. The reason stays unless another is given, or none is wished.
    static let suspending = """
        suspended = ARRAY(
                SELECT name FROM unnest(ARRAY['incoming', 'outgoing', 'login']) AS name WHERE name = ANY (suspended || $1::text[])),
            suspension_reason = nullif(coalesce($2, suspension_reason), '')
        """
    /// The reason goes with the last of them.
    static let resuming = """
        suspended = ARRAY(SELECT name FROM unnest(suspended) AS name WHERE name <> ALL ($1::text[])),
            suspension_reason = CASE WHEN suspended <@ $1::text[] THEN nullif($2, '') ELSE suspension_reason END
        """

    var concernsLogins: Bool { what?.contains(.login) ?? true }

    func check() throws(AdminError) {
        guard reason == nil || withoutReason != true else {
            throw AdminError(.invalid, "A reason is given, and none is wished.", hint: "Give one of the two.")
        }
    }

    var goodbye: String { Self.goodbye(reason) }

    /// What those hear whose sessions end.
    static func goodbye(_ reason: SuspensionReason?) -> String {
        "This account is suspended\(reason.map { ": \($0)" } ?? "; please ask your administrator")"
    }
}

extension PostgresRow {
    func suspended(_ column: Int) throws(PostgresError) -> [Suspendable] { try textArray(column).compactMap(Suspendable.init(rawValue:)) }
    func reason(_ column: Int) throws -> SuspensionReason? { try optionalText(column).map { try SuspensionReason($0) } }
}

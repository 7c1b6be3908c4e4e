import AdminAPI
import Postgres

/// What the database itself lets the transactions of one call see and do, whatever the call's code forgets to ask.
///
/// It costs no round trip where a statement is a transaction of its own.
struct DatabaseFence: Sendable, Equatable {
    enum Reach: Sendable, Equatable {
        case platform
        /// The platform without its secrets, and nothing of it to be changed: the role `casella_auditor`.
        case auditor
        /// The part of one administrator, to whose rows row-level security holds the role `casella_administrator`.
        case part(AdministeredPart)
    }

    var reach = Reach.platform
    /// PostgreSQL refuses its transactions every change. Nothing that follows in a transaction makes it writable again.
    var readsOnly = false

    /// The first statement of each transaction; nil when there is nothing to say. All that it sets ends with the transaction.
    var entering: PostgresStatement? {
        var settings: [String] = [], parameters: [PostgresValue] = []
        if readsOnly { settings.append("set_config('transaction_read_only', 'on', true)") }
        switch reach {
        case .platform: break
        case .auditor: settings.append(Self.becoming(DatabaseRoles.auditor))
        case .part(let part):
            settings += [
                "set_config('casella.administered_tenant', $1, true)", "set_config('casella.administered_domain', $2, true)",
                Self.becoming(DatabaseRoles.administrator),
            ]
            parameters = [.text(String(part.tenant)), .text(part.domain.map(String.init) ?? "")]
        }
        return settings.isEmpty ? nil : PostgresStatement("SELECT \(settings.joined(separator: ", "))", parameters)
    }

    /// Everything is seen from here on, and no more may be changed than before.
    static let leaving = PostgresStatement("SELECT \(becoming("none"))")

    private static func becoming(_ role: String) -> String { "set_config('role', '\(role)', true)" }

    /// The same with all of the tenant instead of one domain of it: for who answers no more from it than yes or no.
    var ofWholeTenant: DatabaseFence {
        guard case .part(let part) = reach else { return self }
        let whole = AdministeredPart(tenant: part.tenant, tenantName: part.tenantName, domain: nil, domainName: nil)
        return DatabaseFence(reach: .part(whole), readsOnly: readsOnly)
    }
}

extension AdminCaller {
    /// Every call that only reads is held to that, whoever makes it.
    func fence(of call: any AnyCall) -> DatabaseFence {
        let readsOnly = call.effect == .reads
        if let part { return DatabaseFence(reach: .part(part), readsOnly: readsOnly) }
        // Who proves in the body whose account it is has no role.
        return DatabaseFence(reach: role == .auditor && !call.isLogin ? .auditor : .platform, readsOnly: readsOnly)
    }
}

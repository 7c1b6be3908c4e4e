import AdminAPI
import Glibc
import Postgres

extension Provisioning {
    /// `session history`: of a user, a domain, a tenant, or all that the caller administers.
    func listPastLogins(_ request: AdminRequest<Nothing>) async throws -> [UserLogin] {
        let target: QuotaTarget? = try request.query.optional("target")
        let since: Day? = try request.query.optional("since"), until: Day? = try request.query.optional("until")
        let cipher = try cipher(.logins, for: request.caller)
        let before = try number("before", request, through: cipher) ?? .max, count = try number("count", request) ?? Int64(UserLogin.usual)
        guard (1...Int64(UserLogin.maximum)).contains(count) else {
            throw AdminError(.invalid, "The number of lines is 1 to \(UserLogin.maximum).")
        }
        let whose = try await whose(target ?? request.caller.part?.target)
        try await authenticator.history.write()
        let today = Int64(time(nil)) / 86_400
        let first = max(since?.number ?? 0, today - UserLogin.keptDays), last = min(until?.number ?? today, today)
        guard first <= last else { return [] }
        func shown(_ logins: [UserLogin]) -> [UserLogin] {
            guard let cipher else { return logins }
            return logins.map { login in
                var login = login
                login.number = cipher.shown(login.number)
                return login
            }
        }
        if let user = whose.user {
            let found = try await logins(
                """
                l.tenant_id = $2 AND l.user_id = $3 AND l.day >= date '1970-01-01' + $4::bigint::int
                    AND (l.day, l.number) < (date '1970-01-01' + $5::bigint::int, $6)
                """, by: "l.day DESC, l.number DESC", atMost: count,
                [.int8(user.tenant), .int8(user.user), .int8(first), .int8(last), .int8(before)])
            return shown(found)
        }
        // Day by day, so that a page costs no more than the days that it shows.
        var found: [UserLogin] = []
        for day in (first...last).reversed() where found.count < count {
            found += try await logins(
                "l.day = date '1970-01-01' + $2::bigint::int AND l.number < $3 AND \(whose.tenants)", of: whose.users,
                by: "l.number DESC", atMost: count - Int64(found.count),
                [.int8(day), .int8(day == last ? before : .max)] + whose.parameters)
        }
        return shown(found)
    }

    /// Whose logins are meant: a user's, or those of conditions, whose parameters are numbered from 4 on.
    private struct Whose {
        var user: UserKeys?
        var tenants = "true", users = "true", parameters: [PostgresValue] = []
    }

    private func whose(_ target: QuotaTarget?) async throws -> Whose {
        switch target {
        case nil: return Whose()
        case .tenant(let name): return Whose(tenants: "l.tenant_id = $4", parameters: [.int8(try await tenant(name).id)])
        case .domain(let name):
            let found = try await database.query("SELECT tenant_id, domain_id FROM domains WHERE name = $1", [.text(name.text)]).first
            guard let found else { throw AdminError.noDomain(name) }
            return Whose(
                tenants: "l.tenant_id = $4", users: "u.domain_id = $5", parameters: [.int8(try found.int8(0)), .int8(try found.int8(1))])
        case .user(let address): return Whose(user: try await keys(of: address))
        }
    }

    func keys(of address: EmailAddress) async throws -> UserKeys {
        let keys = try await change { transaction in try await find(address, in: transaction) }
        return UserKeys(tenant: keys.tenant, user: keys.user)
    }

    /// The user's own last ones, the newest first.
    func lastLogins(of keys: UserKeys, atMost count: Int64) async throws -> [UserLogin] {
        // The latest are missing while somebody removes a user; the rest is told all the same.
        try? await authenticator.history.write()
        return try await logins(
            "l.tenant_id = $2 AND l.user_id = $3", by: "l.day DESC, l.last_at DESC", atMost: count, [.int8(keys.tenant), .int8(keys.user)])
    }

    /// Each line's user is looked up by its key, once the lines are in their order: of these tables the database has no statistics, and
    /// would rather begin with all users.
    private func logins(
        _ which: String, of users: String = "true", by order: String, atMost count: Int64, _ parameters: [PostgresValue]
    ) async throws -> [UserLogin] {
        let result = try await database.query(
            """
            SELECT l.number, u.local_part || '@' || d.name, t.name, l.day::text, l.service, nullif(l.client, ''),
                nullif(l.app_password, ''), l.first_at, l.last_at, l.logins
            FROM (SELECT * FROM logins l WHERE \(which) ORDER BY \(order)) l CROSS JOIN LATERAL (
                SELECT u.local_part, u.domain_id FROM users u WHERE u.tenant_id = l.tenant_id AND u.user_id = l.user_id OFFSET 0) u
            CROSS JOIN LATERAL (
                SELECT d.name FROM domains d WHERE d.tenant_id = l.tenant_id AND d.domain_id = u.domain_id OFFSET 0) d
            CROSS JOIN LATERAL (SELECT t.name FROM tenants t WHERE t.tenant_id = l.tenant_id OFFSET 0) t
            WHERE \(users) ORDER BY \(order) LIMIT $1
            """, [.int8(count)] + parameters)
        return try result.rows.map { row in
            UserLogin(
                number: try row.int8(0), address: try row.name(1), tenant: try row.name(2), day: try row.name(3),
                service: MailService(rawValue: try row.text(4)) ?? .imap, client: try row.optionalText(5),
                appPassword: try row.optionalText(6).map { try AppPasswordName($0) }, firstAt: try row.moment(7),
                lastAt: try row.moment(8), logins: try row.int8(9))
        }
    }
}

extension Day {
    /// Counted from 1970-01-01.
    fileprivate var number: Int64 { beginning.secondsSince1970 / 86_400 }
}

import AdminAPI
import Quantities
import WebForms

extension AccountRouter {
    func overview(_ visit: Visit) async throws -> HTML {
        let user = try await provisioning.currentUser(visit.standing.address)
        var rows: [HTML] = [row("Address", user.address.text), row("Storage", Self.stored(user))]
        if let changed = user.passwordChangedAt { rows.append(row("Password set", changed.shown)) }
        if let due = user.passwordChangeDue { rows.append(row("Password is to be changed by", due.shown)) }
        rows.append(row("One-time passwords", user.hasOneTimePasswords ? "on" : "off"))
        let vacation = try await provisioning.vacations(of: visit.standing.address).first
        rows.append(row("Vacation message", vacation == nil ? "none" : "set"))
        let logins = try await lastLogins(visit)
        return "<table>\n\(rows)</table>\n\(logins)"
    }

    private func row(_ name: String, _ value: String) -> HTML { "<tr><th scope=\"row\">\(name)</th><td>\(value)</td></tr>\n" }

    /// For who wonders whether somebody else was in.
    private func lastLogins(_ visit: Visit) async throws -> HTML {
        let rows: [HTML] = try await provisioning.lastLogins(of: visit.standing.keys, atMost: 10).map { login in
            let what =
                switch login.service {
                case .web: "Account pages"
                case .submission: "Sending mail"
                case .imap, .pop3: login.service.rawValue.uppercased()
                }
            let client = login.client ?? "other places"
            let password = login.appPassword.map { "App password \($0)" } ?? (login.client == nil ? "Any" : "Your own")
            return """
                <tr><td>\(what)</td><td>\(client)</td><td>\(password)</td><td>\(login.lastAt.shown)</td>
                <td>\(login.logins)</td></tr>

                """
        }
        return """
            <h2>Latest logins</h2>
            <table>
            <tr><th scope="col">What</th><th scope="col">From</th><th scope="col">Password</th><th scope="col">Last</th>
            <th scope="col">That day</th></tr>
            \(rows)</table>
            <p class="hint">If one of them was not you, change your password, and revoke the app password.</p>

            """
    }

    private static func stored(_ user: User) -> String {
        let messages = user.usage.messages == 1 ? "1 message" : "\(user.usage.messages) messages"
        guard let limit = user.quota.bytes else { return "\(user.usage.bytes), \(messages)" }
        return "\(user.usage.bytes) of \(limit), \(messages)"
    }
}

extension Timestamp {
    /// As people read it, to the minute.
    var shown: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}

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
        return "<table>\n\(rows)</table>\n"
    }

    private func row(_ name: String, _ value: String) -> HTML { "<tr><th scope=\"row\">\(name)</th><td>\(value)</td></tr>\n" }

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

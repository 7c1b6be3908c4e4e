import AdminAPI
import WebForms

extension AccountRouter {
    /// What an app password can be for, with the names that people know.
    private static nonisolated let mailServices: [(service: MailService, name: String)] = [
        (.imap, "reading mail (IMAP)"), (.pop3, "fetching mail (POP3)"), (.submission, "sending mail"),
    ]

    func appPasswordsPage(_ visit: Visit) async throws -> HTML {
        let known = try await provisioning.appPasswords(of: visit.standing.address)
        let rows: [HTML] = known.map { row($0, visit) }
        let table: HTML =
            known.isEmpty
            ? "<p>You have none.</p>"
            : """
            <table>
            <tr><th scope="col">Device</th><th scope="col">For</th><th scope="col">Made</th><th scope="col">Last used</th><th></th></tr>
            \(rows)</table>
            <p class="hint">Revoking one logs out all mail programs; those whose passwords are good log in again by themselves.</p>
            """
        let name = visit.fields["name"] ?? ""
        let boxes: [HTML] = Self.mailServices.map { offered in
            let word = offered.service.rawValue, shown = offered.name
            return "<label class=\"box\"><input type=\"checkbox\" name=\"service\" value=\"\(word)\" checked> \(shown)</label>\n"
        }
        let fields: HTML = """
            <label>Device <input name="name" value="\(name)" maxlength="64" required></label>
            \(boxes)<p><button>Make an app password</button></p>
            """
        return """
            <p>An app password is for one device's mail program. It opens no account pages, and you can revoke it without touching
            others.</p>
            \(table)
            <h2>For another device</h2>
            \(PageFrame.form(.makeAppPassword, visit, fields))
            """
    }

    private func row(_ known: AppPassword, _ visit: Visit) -> HTML {
        let services = known.services.map { $0.rawValue }.joined(separator: ", ")
        var used = "never"
        if let time = known.usedAt { used = time.shown + (known.usedFrom.map { " from \($0)" } ?? "") }
        let name = known.name.text
        let fields: HTML = "<input type=\"hidden\" name=\"name\" value=\"\(name)\"><button>Revoke</button>"
        let form = PageFrame.form(.revokeAppPassword, visit, fields)
        return """
            <tr><td>\(name)</td><td>\(services)</td><td>\(known.createdAt.shown)</td><td>\(used)</td><td>\(form)</td></tr>

            """
    }

    func makeAppPassword(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let name = try AppPasswordName(visit.fields["name"] ?? "")
        let services = try visit.fields.all("service").map { word in
            guard let offered = Self.mailServices.first(where: { $0.service.rawValue == word }) else {
                throw AdminError(.invalid, "An app password is for mail programs alone.")
            }
            return offered.service
        }
        let new = NewAppPassword(name: name, services: services), owner = visit.owner
        _ = try Provisioning.services(of: new)
        let made = try await recorded(Calls.createOwnAppPassword, visit, trace) {
            try await provisioning.makeAppPassword(new, of: owner.address, owner: owner)
        }
        let text = "This is the app password for \(name). It is shown once: type it into the mail program now."
        visit.session.say(text, secret: made.password, on: .appPasswords)
        return .redirect(to: .appPasswords)
    }

    func revokeAppPassword(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let name = try AppPasswordName(visit.fields["name"] ?? ""), owner = visit.owner
        try await recorded(Calls.revokeOwnAppPassword, visit, trace) {
            try await provisioning.removeAppPassword(name, of: owner.address, listing: "self app-passwords", owner: owner)
        }
        visit.session.say("The app password for \(name) is good no longer.", on: .appPasswords)
        return .redirect(to: .appPasswords)
    }
}

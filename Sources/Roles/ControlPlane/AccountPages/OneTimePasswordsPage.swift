import AdminAPI
import Cryptography
import Glibc
import WebForms

extension AccountRouter {
    func oneTimePasswordsPage(_ visit: Visit) throws -> HTML {
        if visit.standing.hasOneTimePasswords { return off(visit) }
        guard let sealed = visit.session.pendingSecret else {
            return """
                <p>With one-time passwords from an app on your phone, your password alone opens nothing: these pages ask for both, and mail
                programs need app passwords.</p>
                \(PageFrame.form(.prepareOneTimePasswords, visit, "<button>Set up one-time passwords</button>"))
                """
        }
        let oneTime = try ownAccounts.opened(sealed)
        let link = oneTime.address(issuer: "Casella", account: visit.standing.address.text)
        let fields: HTML = """
            <label>Password <input type="password" name="password" autocomplete="current-password" required></label>
            <label>One-time password that the app shows
            <input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required></label>
            <button>Switch them on</button>
            """
        return """
            <p>Add this to your authenticator app. On a phone, open the address; or type the key into the app. Nothing is changed until you
            have typed a one-time password that the app shows.</p>
            <p><a href="\(link)">Open in an app</a></p>
            <p>Address: <code>\(link)</code></p>
            <p>Key: <code>\(Self.grouped(Base32.encode(oneTime.secret)))</code></p>
            \(PageFrame.form(.confirmOneTimePasswords, visit, fields))
            <p>Then all mail programs are logged out, and need <a href="\(AccountPage.appPasswords.rawValue)">app passwords</a>.</p>
            \(PageFrame.form(.prepareOneTimePasswords, visit, "<button>Begin with another key</button>"))
            """
    }

    private func off(_ visit: Visit) -> HTML {
        let fields: HTML = """
            <label>Password <input type="password" name="password" autocomplete="current-password" required></label>
            \(PageFrame.codeField(isNeeded: true))
            <button>Switch them off</button>
            """
        return """
            <p>They are on: your password alone opens nothing.</p>
            \(PageFrame.form(.endOneTimePasswords, visit, fields))
            """
    }

    /// Four characters a group, as apps take them.
    private static nonisolated func grouped(_ key: String) -> String {
        var text = ""
        for (index, character) in key.enumerated() { text += index > 0 && index % 4 == 0 ? " \(character)" : "\(character)" }
        return text
    }

    func prepareOneTimePasswords(_ visit: Visit) throws -> PageResponse {
        guard !visit.standing.hasOneTimePasswords else { throw AdminError(.conflict, "You have one-time passwords already.") }
        visit.session.pendingSecret = try ownAccounts.newOneTimePassword().sealed
        return .redirect(to: .oneTimePasswords)
    }

    func confirmOneTimePasswords(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        guard !visit.standing.hasOneTimePasswords, let sealed = visit.session.pendingSecret else {
            throw AdminError(.conflict, "There is nothing to switch on.")
        }
        let oneTime = try ownAccounts.opened(sealed)
        guard let step = try oneTime.step(of: visit.fields.code, at: Int64(time(nil)), after: 0) else {
            throw AdminError(
                .invalid, "That is not the one-time password of this key; nothing is changed.",
                hint: "Each is good for half a minute: does the clock of the phone go right?")
        }
        // The code says that the app has the key; only the password says who sits here.
        let plain = AccountProof(address: LoginName(of: visit.standing.address), password: visit.fields["password"] ?? "")
        let owner = try await ownAccounts.prove(plain, from: visit.request.client)
        try Self.check(owner, is: visit)
        try Provisioning.checkIsGood(owner)
        try await recorded(Calls.enableOneTimePasswords, visit, trace) {
            try await provisioning.enableOwnOneTimePasswords(sealed, after: step, owner)
        }
        let text = "One-time passwords are on. Your mail programs need app passwords from now on."
        return try await begunAnew(visit, text, on: .appPasswords) { $0.hash == owner.hash && $0.hasOneTimePasswords }
    }

    func endOneTimePasswords(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let owner = try await ownAccounts.prove(proof(visit, password: visit.fields["password"]), from: visit.request.client)
        try Self.check(owner, is: visit)
        try Provisioning.checkIsGood(owner)
        try await recorded(Calls.disableOneTimePasswords, visit, trace) {
            try await provisioning.disableOwnOneTimePasswords(owner)
        }
        return try await begunAnew(visit, "One-time passwords are off.", on: .oneTimePasswords) {
            $0.hash == owner.hash && !$0.hasOneTimePasswords
        }
    }
}

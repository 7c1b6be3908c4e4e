import AdminAPI
import WebForms

extension AccountRouter {
    func passwordPage(_ visit: Visit) -> HTML {
        let why: HTML = visit.standing.mustChange ? "<p>Your password must be changed before you can do anything else.</p>\n" : ""
        let rules: [HTML] = provisioning.facts.passwords.sentences.map { "<li>\($0)</li>\n" }
        let fields: HTML = """
            <label>Present password <input type="password" name="old" autocomplete="current-password" required></label>
            \(PageFrame.codeField(isNeeded: visit.standing.hasOneTimePasswords))
            <label>New password <input type="password" name="new" autocomplete="new-password" required></label>
            <label>New password again <input type="password" name="again" autocomplete="new-password" required></label>
            <button>Change the password</button>
            """
        return """
            \(why)<ul>
            \(rules)</ul>
            <p>Mail programs and other browsers that are logged in with it are logged out. App passwords stay good.</p>
            \(PageFrame.form(.changePassword, visit, fields))
            """
    }

    func changePassword(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let fields = visit.fields, new = fields["new"] ?? ""
        guard new == fields["again"] ?? "" else { throw AdminError(.invalid, "The new passwords are not the same.") }
        let change = UserPasswordChange(proof: proof(visit, password: fields["old"]), new: .given(new))
        let proved = try await provisioning.provedChange(request(change, visit))
        try Self.check(proved.owner, is: visit)
        try await recorded(Calls.changePassword, visit, trace) { _ = try await provisioning.changeOwnPassword(proved) }
        return try await begunAnew(visit, "The password is changed.", on: .overview) { $0.hash == proved.hash }
    }

    // MARK: Proofs

    /// - Parameter password: as it was typed.
    func proof(_ visit: Visit, password: String?) -> AccountProof {
        let code = visit.fields.code
        return AccountProof(
            address: LoginName(of: visit.standing.address), password: password ?? "", oneTimePassword: code.isEmpty ? nil : code)
    }

    /// Refuses a proof of whoever has the address by now.
    static func check(_ owner: OwnAccounts.Owner, is visit: Visit) throws(AdminError) {
        guard owner.keys == visit.standing.keys else {
            throw AdminError(.conflict, "The account was changed meanwhile.", hint: "Try again with what holds now.")
        }
    }

    func request<Body: Sendable>(_ body: Body, _ visit: Visit) -> AdminRequest<Body> {
        AdminRequest(
            body: body, path: PathParameters([:]), query: PathParameters([:]),
            caller: AdminCaller(
                name: visit.standing.address.text, role: .auditor, part: nil, origin: visit.request.client, session: nil))
    }

    /// A change of this kind ended all sessions. The one that made it goes on with another token, unless something else happened to the
    /// account.
    func begunAnew(
        _ visit: Visit, _ text: String, on page: AccountPage, if isExpected: (AccountStanding) -> Bool
    ) async throws -> PageResponse {
        sessions.end(visit.session)
        guard let standing = try await provisioning.standing(of: visit.standing.keys), standing.isInPlan, isExpected(standing) else {
            return .redirect(to: .overview, cookie: AccountCookie.clearing)
        }
        let (token, session) = try sessions.begin(standing, from: visit.request.client)
        session.say(text, on: page)
        return .redirect(to: page, cookie: AccountCookie.setting(token))
    }
}

extension PasswordRules {
    /// What is asked of a password, for people.
    var sentences: [String] {
        [
            "It has at least \(minimumLength) characters.",
            "It is not easily guessed: no common word, and nothing of the address.",
            remembered == 0 ? "It is not the present one." : "It is neither the present one nor one of the \(remembered) before it.",
        ]
    }
}

import AdminAPI
import Supervision
import WebForms

extension AccountRouter {
    /// - Parameters:
    ///   - told: what stands above the form.
    ///   - address: what was typed before.
    func signInPage(told: HTML = "", address: String = "", status: Int = 200) -> PageResponse {
        let form: HTML = """
            \(told)<form method="post" action="\(AccountForm.signIn.rawValue)">
            <label>Address <input name="address" value="\(address)" autocomplete="username" autocapitalize="none" required></label>
            <label>Password <input type="password" name="password" autocomplete="current-password" required></label>
            <label>One-time password, if you have them
            <input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10"></label>
            <p class="hint">App passwords are for mail programs alone.</p>
            <button>Sign in</button>
            </form>
            """
        return .page(PageFrame.plain(title: "Sign in", form), status: status)
    }

    func signIn(_ fields: FormFields, _ request: PageRequest) async throws -> PageResponse {
        let typed = fields["address"] ?? ""
        do {
            let standing = try await proved(typed, fields, request)
            // Whoever was signed in with this browser is so no longer.
            if let token = request.sessionToken, let former = try sessions.session(token) { sessions.end(former) }
            let (token, _) = try sessions.begin(standing, from: request.client)
            let user = AuthenticatedUser(tenant: standing.keys.tenant, user: standing.keys.user, address: standing.address.text)
            provisioning.measuring.counters.loginDecided(.accepted(user))
            provisioning.authenticator.history.add(user, .web, from: request.client)
            provisioning.journal.info(
                "somebody signed in to the account pages", ["login": standing.address.text, "client": request.client])
            return .redirect(to: standing.mustChange ? .password : .overview, cookie: AccountCookie.setting(token))
        } catch {
            let explained = explained(error, String(UInt64.random(in: .min ... .max), radix: 16))
            let outcome: AuthenticationOutcome =
                switch explained.code {
                case .unauthenticated: .refused
                case .forbidden: .suspended(reason: explained.message)
                default: .unavailable
                }
            provisioning.measuring.counters.loginDecided(outcome)
            return signInPage(told: PageFrame.refused(explained.pageText), address: typed, status: explained.pageStatus)
        }
    }

    private func proved(_ typed: String, _ fields: FormFields, _ request: PageRequest) async throws -> AccountStanding {
        guard let address = try? LoginName(String(typed.drop { $0 == " " }.prefix { $0 != " " })) else {
            throw OwnAccounts.notProved
        }
        let code = fields.code
        let proof = AccountProof(address: address, password: fields["password"] ?? "", oneTimePassword: code.isEmpty ? nil : code)
        let owner = try await ownAccounts.prove(proof, from: request.client, isLogin: true)
        guard let standing = try await provisioning.standing(of: owner.keys), standing.hash == owner.hash,
            standing.address == owner.address, standing.hasOneTimePasswords == owner.hasOneTimePasswords
        else { throw AdminError(.conflict, "The account was changed meanwhile.", hint: "Try again with what holds now.") }
        guard standing.isInPlan else { throw AdminError(.forbidden, "The web is not part of your plan.") }
        return standing
    }

    func signOut(_ visit: Visit) -> PageResponse {
        sessions.end(visit.session)
        return .redirect(to: .overview, cookie: AccountCookie.clearing)
    }
}

extension FormFields {
    /// A one-time password as it was typed, without the spaces that apps show in it.
    var code: String { (self["code"] ?? "").filter { $0 != " " } }
}

import AdminAPI
import Cryptography
import Postgres
import Runtime
import WebForms

/// Finds the page or the form that a request means, asks whether its sender is signed in, and turns whatever comes of it into a page.
@EventLoopActor
final class AccountRouter {
    let provisioning: Provisioning
    var sessions: AccountSessions { provisioning.accountSessions }
    var ownAccounts: OwnAccounts { provisioning.ownAccounts }

    /// For what the record is told.
    let database: PostgresPool

    init(_ provisioning: Provisioning, database: PostgresPool) { (self.provisioning, self.database) = (provisioning, database) }

    /// A request of somebody who is signed in.
    struct Visit: Sendable {
        let request: PageRequest
        let session: AccountSession
        let standing: AccountStanding
        /// Of the form that was sent; none where a page is asked for.
        var fields = FormFields()

        /// As the `self …` calls know who proved the account.
        var owner: OwnAccounts.Owner {
            OwnAccounts.Owner(
                address: standing.address, keys: standing.keys, hash: standing.hash, mustChange: standing.mustChange,
                hasOneTimePasswords: standing.hasOneTimePasswords, client: request.client)
        }
    }

    private static let styleSheet = "/account/style.css"
    private static let pageMethods = "GET, HEAD", allMethods = "GET, HEAD, POST"

    static nonisolated let tooLong = refusal(413, "That is too long.")

    func answer(_ request: PageRequest) async -> PageResponse {
        let trace = String(UInt64.random(in: .min ... .max), radix: 16)
        do {
            return try await route(request)
        } catch {
            let explained = explained(error, trace)
            return Self.refusal(explained.pageStatus, explained.pageText)
        }
    }

    func explained(_ error: any Error, _ trace: String) -> AdminError {
        provisioning.explained(error, command: "account pages", trace)
    }

    private func route(_ request: PageRequest) async throws -> PageResponse {
        let path = request.path == "/account/" ? AccountPage.overview.rawValue : request.path
        let page = AccountPage(rawValue: path), form = AccountForm(rawValue: path)
        switch request.method {
        case "GET", "HEAD":
            if path == Self.styleSheet { return .styleSheet(PageFrame.style) }
            if path == "/" { return .found(.overview) }  // as the gateway says it of a connection's first request
            if let page { return try await show(page, request) }
            // Such as when the address of a page is asked for again that told what was wrong with a form.
            if let form { return .redirect(to: form.page) }
        case "POST":
            if let form { return try await submit(form, request) }
            if page != nil || path == Self.styleSheet {
                return Self.refusal(405, "Nothing can be sent there.").allowing(Self.pageMethods)
            }
        default: return Self.refusal(405, "That method is not understood.").allowing(Self.allMethods)
        }
        return Self.refusal(404, "There is no such page.")
    }

    static nonisolated func refusal(_ status: Int, _ text: String) -> PageResponse {
        let content: HTML = "<p class=\"refusal\">\(text)</p><p><a href=\"\(AccountPage.overview.rawValue)\">To your account</a></p>"
        return .page(PageFrame.plain(title: "Your account", content), status: status)
    }

    // MARK: Who it is

    /// nil for who is not signed in, or no longer.
    private func visit(_ request: PageRequest) async throws -> Visit? {
        guard let token = request.sessionToken, let session = try sessions.session(token) else { return nil }
        guard let standing = try await provisioning.standing(of: session.standing.keys), session.fits(standing) else {
            sessions.end(session)
            return nil
        }
        return Visit(request: request, session: session, standing: standing)
    }

    // MARK: Pages

    private func show(_ page: AccountPage, _ request: PageRequest) async throws -> PageResponse {
        guard let visit = try await visit(request) else {
            return page == .overview ? signInPage() : .redirect(to: .overview)
        }
        if visit.standing.mustChange, page != .password { return .redirect(to: .password) }
        let content = try await content(of: page, visit)
        // Once the page is there to tell it, and will be seen.
        let note = request.method == "GET" ? visit.session.takeNote(of: page) : nil
        let told: HTML = note.map(PageFrame.told) ?? ""
        return .page(PageFrame.signedIn(page, visit, "\(told)\(content)"))
    }

    private func content(of page: AccountPage, _ visit: Visit) async throws -> HTML {
        switch page {
        case .overview: try await overview(visit)
        case .password: passwordPage(visit)
        case .appPasswords: try await appPasswordsPage(visit)
        case .oneTimePasswords: try oneTimePasswordsPage(visit)
        case .sessions: await sessionsPage(visit)
        case .vacation: try await vacationPage(visit)
        }
    }

    // MARK: Forms

    private func submit(_ form: AccountForm, _ request: PageRequest) async throws -> PageResponse {
        guard !request.comesFromElsewhere else { return Self.refusal(403, "That form was not sent from these pages.") }
        guard request.isForm, let fields = FormFields(parsing: request.body) else {
            return Self.refusal(400, "What was sent is no form of these pages.")
        }
        if form == .signIn { return try await signIn(fields, request) }
        guard var visit = try await visit(request) else {
            return signInPage(told: PageFrame.refused("You are not signed in, or no longer; nothing was changed."), status: 403)
        }
        let token = fields[PageFrame.tokenField] ?? ""
        guard Cryptography.constantTimeEqual(Array(token.utf8), Array(visit.session.formToken.utf8)) else {
            return Self.refusal(403, "That form is of another session; nothing was changed.")
        }
        visit.fields = fields
        if visit.standing.mustChange, !form.isForOverduePassword { return .redirect(to: .password) }
        guard form == .signOut || sessions.admitsChange(of: visit.standing.keys) else {
            return Self.refusal(429, "That is too much at once; nothing was changed. Try again in a minute.")
        }
        let trace = String(UInt64.random(in: .min ... .max), radix: 16)
        do {
            return try await perform(form, visit, trace)
        } catch {
            let explained = explained(error, trace), told = PageFrame.refused(explained.pageText)
            let content = try await content(of: form.page, visit)
            return .page(PageFrame.signedIn(form.page, visit, "\(told)\(content)"), status: explained.pageStatus)
        }
    }

    private func perform(_ form: AccountForm, _ visit: Visit, _ trace: String) async throws -> PageResponse {
        switch form {
        case .signIn: .redirect(to: .overview)  // needs no session, and was served
        case .signOut: signOut(visit)
        case .changePassword: try await changePassword(visit, trace)
        case .makeAppPassword: try await makeAppPassword(visit, trace)
        case .revokeAppPassword: try await revokeAppPassword(visit, trace)
        case .prepareOneTimePasswords: try prepareOneTimePasswords(visit)
        case .confirmOneTimePasswords: try await confirmOneTimePasswords(visit, trace)
        case .endOneTimePasswords: try await endOneTimePasswords(visit, trace)
        case .endSession: try await endSession(visit, trace)
        case .endOtherSessions: try await endOtherSessions(visit, trace)
        case .setVacation: try await setVacation(visit, trace)
        case .clearVacation: try await clearVacation(visit, trace)
        }
    }
}

extension AdminError {
    /// For people, who have no commands.
    var pageText: String {
        guard let hint, !hint.contains("`") else { return message }
        return "\(message) \(hint)"
    }

    /// 401 would ask for a login of HTTP's own (RFC 9110 §15.5.2).
    var pageStatus: Int { code == .unauthenticated ? 403 : code.httpStatus }
}

import AdminAPI
import Supervision
import WebForms

extension AccountRouter {
    /// Of one's mail programs, as many as are shown.
    private static nonisolated let shownSessions = 200

    func sessionsPage(_ visit: Visit) async -> HTML {
        let keys = visit.standing.keys
        let browsers: [HTML] = sessions.all(tenant: keys.tenant, user: keys.user).map { row($0, visit) }
        var programs: [HTML] = []
        var trouble: HTML = ""
        do {
            let live = try await provisioning.liveSessions.all(tenant: keys.tenant, user: keys.user)
            programs = live.prefix(Self.shownSessions).map { row($0, visit) }
            if live.count > Self.shownSessions { trouble = "<p>There are \(live.count - Self.shownSessions) more.</p>" }
        } catch {
            trouble = "<p class=\"refusal\">Which mail programs are logged in is not known at the moment.</p>"
        }
        return """
            <table>
            <tr><th scope="col">What</th><th scope="col">From</th><th scope="col">Since</th><th></th></tr>
            \(browsers)\(programs)</table>
            \(trouble)
            <p class="hint">A mail program whose password is good logs in again by itself: change the password, or revoke its app
            password.</p>
            \(PageFrame.form(.endOtherSessions, visit, "<button>End all others</button>"))
            """
    }

    private func row(_ session: AccountSession, _ visit: Visit) -> HTML {
        let what = session === visit.session ? "This browser" : "Account pages"
        let fields: HTML = "<input type=\"hidden\" name=\"session\" value=\"\(session.number)\"><button>End</button>"
        return row(what, session.client, session.since, PageFrame.form(.endSession, visit, fields))
    }

    private func row(_ session: LiveSession, _ visit: Visit) -> HTML {
        let fields: HTML = "<input type=\"hidden\" name=\"program\" value=\"\(session.number)\"><button>End</button>"
        let what = session.service == .submission ? "Sending mail" : session.service.rawValue.uppercased()
        return row(what, session.client, session.since, PageFrame.form(.endSession, visit, fields))
    }

    private func row(_ what: String, _ client: String, _ since: Int64, _ form: HTML) -> HTML {
        let time = Timestamp(secondsSince1970: since).shown
        return "<tr><td>\(what)</td><td>\(client)</td><td>\(time)</td><td>\(form)</td></tr>\n"
    }

    func endSession(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let keys = visit.standing.keys, fields = visit.fields
        if let number = fields["session"] {
            let own = sessions.all(tenant: keys.tenant, user: keys.user)
            guard let ending = own.first(where: { String($0.number) == number }) else { throw Self.hasEnded }
            try await recorded(Calls.endSessions, visit, trace) { sessions.end(ending) }
            if ending === visit.session { return .redirect(to: .overview, cookie: AccountCookie.clearing) }
        } else {
            guard let number = fields["program"].flatMap({ Int64($0) }) else { throw AdminError(.invalid, "That is no session.") }
            let live = try await provisioning.liveSessions.all(tenant: keys.tenant, user: keys.user)
            guard live.contains(where: { $0.number == number }) else { throw Self.hasEnded }
            try await recorded(Calls.endSessions, visit, trace) { provisioning.endSession(number, of: keys) }
        }
        visit.session.say("The session is ended.", on: .sessions)
        return .redirect(to: .sessions)
    }

    func endOtherSessions(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let keys = visit.standing.keys
        try await recorded(Calls.endSessions, visit, trace) {
            sessions.end(tenant: keys.tenant, user: keys.user, but: visit.session)
            provisioning.endSessions(
                tenant: keys.tenant, user: keys.user, services: ClientService.ofWorkers, reason: "You ended this session")
        }
        visit.session.say("All other sessions are ended.", on: .sessions)
        return .redirect(to: .sessions)
    }

    private static nonisolated let hasEnded = AdminError(.notFound, "That session has ended already.")
}

extension Provisioning {
    /// One session of a mail program.
    /// - Parameter number: as the gateway lists it.
    func endSession(_ number: Int64, of keys: UserKeys) {
        guard !isRehearsal else { return }
        services.gateway.send(.endSession(tenant: keys.tenant, user: keys.user, number: number))
    }
}

import AdminAPI
import Postgres
import Runtime
import Supervision
import Testing

@testable import ControlPlane

/// What the web is to plans, app passwords and explanations.
@Suite("The web as a service", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct WebServiceTests {
    private let ann = ["address": "ann@acme.example"], password = "right, and long enough"

    /// With Ann in it, who has a password.
    private func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform()
        let hash = try await platform.calls().hashing.hash(password, for: .platform)
        _ = try await platform.owner.query(
            """
            WITH made AS (
                INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, 'ann' FROM domains RETURNING *)
            INSERT INTO credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, $1 FROM made
            """, [.text(hash)])
        return platform
    }

    private func plan(_ platform: TestPlatform, _ protocols: String) async throws {
        _ = try await platform.owner.query(
            "UPDATE plans SET limits = jsonb_build_object('protocols', $1::text::jsonb) WHERE name = 'default'", [.text(protocols)])
    }

    // MARK: Logins

    @Test("A plan opens the web or closes it, as each other service; a list of before the web has no web")
    func planned() async throws {
        let platform = try await platform(), authenticator = platform.calls().authenticator
        func outcome(_ service: ClientService) async -> AuthenticationOutcome {
            let attempt = LoginAttempt(
                login: "ann@acme.example", password: password, service: service, clientAddress: "192.0.2.7")
            return await authenticator.authenticate(attempt)
        }
        guard case .accepted(let user) = await outcome(.web) else {
            Issue.record("the plan has no list")
            return
        }
        #expect(user.services == .all)
        let plans: [(String, [String])] = [
            (#"["imap", "pop3", "submission"]"#, ["The web"]), (#"["web"]"#, ["IMAP", "POP3", "Sending mail"]), (#""unlimited""#, []),
            ("[]", ["IMAP", "POP3", "Sending mail", "The web"]),
        ]
        for (protocols, refused) in plans {
            try await plan(platform, protocols)
            var told: [String] = []
            for service in ClientService.allCases {
                switch await outcome(service) {
                case .accepted: continue
                case .suspended(let reason): told.append(reason)
                case .refused, .unavailable: Issue.record("the password is right")
                }
            }
            #expect(told == refused.map { "\($0) is not part of your plan" }, "\(protocols)")
        }
        await platform.close()
    }

    @Test("An app password is for mail programs: none is made for the web, and none opens it") func appPasswords() async throws {
        let platform = try await platform(), calls = platform.calls(), phone = try AppPasswordName("phone")
        for services: [MailService] in [[.web], [.imap, .web], []] {
            let refusal = await #expect(throws: AdminError.self) {
                _ = try await calls.createAppPassword(platform.request(NewAppPassword(name: phone, services: services), ann))
            }
            #expect(refusal?.code == .invalid)
            if !services.isEmpty { #expect(refusal?.message == "No app password opens the web: it is for mail programs.") }
        }
        let address = try EmailAddress("ann@acme.example")
        #expect(try await calls.appPasswords(of: address).isEmpty)
        let made = try await calls.createAppPassword(platform.request(NewAppPassword(name: phone), ann))
        #expect(made.appPassword.services == MailService.ofMailPrograms)

        var outcomes: [AuthenticationOutcome] = []
        for service in [ClientService.imap, .web] {
            outcomes.append(
                await calls.authenticator.authenticate(
                    LoginAttempt(login: address.text, password: made.password, service: service, clientAddress: "192.0.2.7")))
        }
        guard case .accepted(let user) = outcomes[0] else {
            Issue.record("it opens IMAP")
            return
        }
        #expect(user.services == ClientServices(of: [.imap]) && outcomes[1] == .refused)
        let constraint = await #expect(throws: PostgresError.self) {
            _ = try await platform.owner.query("UPDATE app_passwords SET services = '{imap,web}'")
        }
        #expect(constraint?.sqlState == .checkViolation)
        await platform.close()
    }

    // MARK: Explanations

    private func explain(_ platform: TestPlatform, _ web: WebFacts? = nil) async throws -> Explanation {
        let query = ["address": "ann@acme.example", "service": "web"]
        return try await platform.calls(web: web).explainLogin(platform.request(Nothing(), [:], query: query))
    }

    /// What refuses, with the reply and the command that changes it.
    private func refusal(_ platform: TestPlatform, _ web: WebFacts? = nil) async throws -> [String?] {
        let explanation = try await explain(platform, web)
        guard let deciding = explanation.deciding else { return [] }
        let step = explanation.steps[deciding]
        return [step.rule, step.reply, step.change]
    }

    @Test("Each rule that keeps somebody from the account pages is told") func refusals() async throws {
        let platform = try await platform(), owner = platform.owner
        #expect(try await refusal(platform) == [])
        try await plan(platform, #"["imap"]"#)
        #expect(
            try await refusal(platform)
                == ["protocols", "the reason, on the page", "plan override ann@acme.example --protocols imap,web"])
        try await plan(platform, #"["imap", "web"]"#)
        #expect(try await refusal(platform) == [])

        _ = try await owner.query("UPDATE users SET suspended = '{login}', suspension_reason = 'Left us'")
        #expect(
            try await refusal(platform)
                == ["login of ann@acme.example", "the reason, on the page", "user resume ann@acme.example --login"])
        _ = try await owner.query("UPDATE users SET suspension_reason = NULL")
        #expect(try await refusal(platform)[1] == "as a wrong password")
        _ = try await owner.query("UPDATE users SET suspended = '{}'")

        let off = try ConfigurationTests.read("{\"accountPages\": false}")
        #expect(
            try await refusal(platform, WebFacts(off)) == ["account pages", "404 Not Found", "accountPages and httpsPort in casella.json"])
        _ = try await owner.query("DELETE FROM credentials")
        _ = try await platform.calls().createAppPassword(platform.request(NewAppPassword(name: try AppPasswordName("phone")), ann))
        #expect(
            try await refusal(platform) == ["password of ann@acme.example", "as a wrong password", "user password ann@acme.example"])
        await platform.close()
    }

    @Test("A password that must be changed, and one-time passwords, keep nobody from the account pages") func needs() async throws {
        let platform = try await platform()
        let first = try await explain(platform)
        #expect(first.deciding == nil && first.steps[0].says.contains("https://mx.host.example:10443/account"))
        #expect(!first.steps.contains { $0.rule == "sessions" })
        _ = try await platform.calls().enableOneTimePasswords(platform.request(Nothing(), ann))
        _ = try await platform.owner.query("UPDATE credentials SET change_by = now() - interval '1 day'")
        let explanation = try await explain(platform)
        let says = explanation.steps.first { $0.rule == "password of ann@acme.example" }?.says ?? ""
        #expect(explanation.deciding == nil && says.contains("must be changed since") && says.contains("a one-time password is asked for"))
        await platform.close()
    }
}

import AdminAPI
import FoundationEssentials
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// What the audit log has of a call, whatever becomes of it.
@Suite("Audited calls", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct AuditedCallsTests {
    private static let plan = Array(#"{"name":"small","limits":{}}"#.utf8)

    private func router(_ platform: TestPlatform) -> AdminRouter {
        let router = AdminRouter(platform.calls(), database: platform.control)
        router.serveAll()
        return router
    }

    private func createPlan(_ router: AdminRouter) async -> Int {
        await router.answer(method: "POST", target: "/plans", body: Self.plan, from: .machine(user: "jo")).status
    }

    /// The newest first.
    private func events(_ platform: TestPlatform, _ calls: Provisioning? = nil) async throws -> [AuditEvent] {
        try await (calls ?? platform.calls()).listAudit(platform.request(Nothing(), [:]))
    }

    private func problems(_ platform: TestPlatform) async throws -> [String] {
        try await platform.calls().verifyAudit(platform.request(Nothing(), [:])).problems
    }

    /// As it stands in the table.
    private func rows(_ platform: TestPlatform) async throws -> [String] {
        let found = try await platform.owner.query(
            "SELECT command || ' ' || result || coalesce(' ' || begun, '') FROM audit_log ORDER BY sequence")
        return try found.rows.map { try $0.text(0) }
    }

    @Test("A change after which the process ended at once is in the log, with an unknown outcome") func killed() async throws {
        let platform = try await TestPlatform()
        let (gate, gateway) = AsyncStream.makeStream(of: Void.self), (commits, committed) = AsyncStream.makeStream(of: Void.self)
        let router = AdminRouter(platform.calls(), database: platform.control)
        router.serve(Calls.createPlan) { provisioning, request in
            let plan = try await provisioning.createPlan(request)
            committed.finish()
            for await _ in gate {}
            return plan
        }
        let call = EventLoopActor.task { await createPlan(router) }
        for await _ in commits {}
        #expect(try await platform.control.query("SELECT 1 FROM plans WHERE name = 'small'").rows.count == 1)
        #expect(try await events(platform).map(\.result) == ["running"])
        // What the next start finds, if the process ends here.
        let restarted = platform.calls(audit: try await platform.auditLog())
        let left = try await events(platform, restarted)
        #expect(left.map(\.command) == ["plan create"] && left.map(\.target) == ["small"] && left.map(\.caller) == ["jo"])
        #expect(left.map(\.result) == ["unknown"])
        #expect(try await restarted.verifyAudit(platform.request(Nothing(), [:])) == AuditVerification(events: 1, problems: []))
        gateway.finish()
        #expect(await call.value == 200)
        let ended = try await events(platform)
        #expect(ended.map(\.result) == ["done"] && ended.map(\.begun) == [1] && ended.map(\.sequence) == [2], "one line a call")
        #expect(try await rows(platform) == ["plan create begun", "plan create done 1"])
        #expect(try await problems(platform) == [])
        await platform.close()
    }

    @Test("Whatever comes of a call that began is told; what is refused before it begins is told once") func outcomes() async throws {
        let platform = try await TestPlatform(), router = router(platform)
        #expect(await createPlan(router) == 200)
        #expect(await createPlan(router) == 409)
        #expect(await router.answer(method: "POST", target: "/plans", body: Array("{".utf8), from: .machine(user: "jo")).status == 400)
        let login = Array(#"{"name":"jo","password":"wrong","oneTimePassword":"000000"}"#.utf8)
        let answer = await router.answer(method: "POST", target: "/session", body: login, from: .network(address: "192.0.2.1", token: nil))
        #expect(answer.status == 401)
        #expect(
            try await rows(platform) == [
                "plan create begun", "plan create done 1", "plan create begun", "plan create alreadyExists 3", "plan create invalid",
            ])
        #expect(try await events(platform).map(\.result) == ["invalid", "alreadyExists", "done"])
        #expect(try await problems(platform) == [])
        await platform.close()
    }

    @Test("Reads and trials are recorded, by their tenant; what is polled and what strangers try is not, unless it is forbidden")
    func reads() async throws {
        let platform = try await TestPlatform(), router = router(platform)
        func ask(_ method: String, _ target: String) async throws -> Int {
            await router.answer(method: method, target: target, body: [], from: .machine(user: "jo")).status
        }
        #expect(try await ask("GET", "/tenants/acme/state") == 200)
        #expect(try await ask("GET", "/domains/acme.example") == 200)
        #expect(try await ask("GET", "/users/nobody@acme.example") == 404)
        #expect(try await ask("DELETE", "/domains/acme.example?dryRun=true") == 200)
        #expect(try await ask("GET", "/audit?count=1") == 200)
        for polled in ["/names?kind=tenants", "/session", "/audit-verification", "/workers"] {
            #expect(try await ask("GET", polled) == 200, "\(polled)")
        }
        let stranger = AdminOrigin.network(address: "192.0.2.1", token: "00")
        #expect(await router.answer(method: "GET", target: "/tenants", body: [], from: stranger).status == 401)
        let told = try await events(platform).reversed().map { "\($0.command) \($0.target) \($0.tenant ?? "-") \($0.result) \($0.changes)" }
        #expect(
            told == [
                "export acme acme done ", "domain show acme.example acme done ", "user show nobody@acme.example acme notFound ",
                "domain delete --dry-run acme.example acme done ", "audit list  - done ",
            ])
        let changes = try await platform.calls().listAudit(platform.request(Nothing(), [:], query: ["changes": "true"]))
        #expect(changes.isEmpty)
        for call in Calls.all where call.isPolled { #expect(call.effect == .reads) }
        #expect(Calls.all.filter(\.isPolled).count == 6, "each name is that of a call")
        await platform.close()
    }

    @Test("Of changes of one thing at one time each is told with what it changed itself") func concurrent() async throws {
        let platform = try await TestPlatform(), router = router(platform)
        #expect(await createPlan(router) == 200)
        let calls = (1...20).map { number in
            EventLoopActor.task {
                let body = Array(#"{"users":\#(number)}"#.utf8)
                return await router.answer(method: "PUT", target: "/plans/small", body: body, from: .machine(user: "jo")).status
            }
        }
        for call in calls { #expect(await call.value == 200) }
        let told = try await events(platform).filter { $0.command == "plan set" && $0.result == "done" }.map(\.changes)
        for number in 1...20 { #expect(told.count { $0.contains(", \(number)]") } == 1, "\(number) in \(told)") }
        // Strangers, and what takes long, keep nobody waiting.
        let subjects = [AdminSubject.address(try EmailAddress("ann@acme.example"))]
        let never: [any AnyCall] = [Calls.changePassword, Calls.createOwnAppPassword, Calls.logIn, Calls.compactTenant]
        for call in never { #expect(AdminRouter.turn(for: call, subjects) == nil) }
        #expect(AdminRouter.turn(for: Calls.setPassword, subjects) == subjects.first)
        await platform.close()
    }

    @Test("No request is such that the log cannot hold it, and what others do at the same time neither")
    func unstorable() async throws {
        let platform = try await TestPlatform(), router = router(platform)
        let certificate = Array(#"{"certificateFile":"/nowhere\u0000","keyFile":"/\u0000"}"#.utf8)
        async let poisoned = router.answer(method: "POST", target: "/certificates", body: certificate, from: .machine(user: "jo")).status
        async let made = createPlan(router)
        #expect(await (poisoned, made) == (400, 200))
        for target in ["/users/%00", "/users/ann@acme.example%00", "/names?kind=addresses&prefix=%00"] {
            let status = await router.answer(method: "GET", target: target, body: [], from: .machine(user: "jo")).status
            #expect([400, 404].contains(status), "\(target)")
        }
        #expect(try await events(platform).contains { $0.command == "certificate import" && $0.target.contains("/nowhere\u{FFFD}") })
        #expect(try await problems(platform) == [])
        await platform.close()
    }

    @Test("What is no name is not in the log: it may be a password that was typed in its place") func secrets() async throws {
        let platform = try await TestPlatform(), router = router(platform)
        let secret = "Hunter2-Secret!"
        func ask(_ method: String, _ target: String, _ body: String = "") async -> Int {
            await router.answer(method: method, target: target, body: Array(body.utf8), from: .machine(user: "jo")).status
        }
        for (method, target, body) in [
            ("GET", "/users/\(secret)", ""), ("DELETE", "/users/\(secret)", ""), ("GET", "/domains/\(secret)", ""),
            ("POST", "/users/\(secret)/password", "{"), ("PUT", "/quotas/\(secret)", "{}"), ("GET", "/aliases/\(secret)", ""),
            ("POST", "/workers/\(secret)/restart", ""), ("POST", "/logins/\(secret)/unlock", "{}"), ("GET", "/queue/\(secret)", ""),
            ("GET", "/users?domain=\(secret)", ""), ("DELETE", "/administrators/\(secret)", ""),
        ] {
            #expect(await ask(method, target, body) >= 400, "\(target)")
        }
        #expect(await ask("POST", "/logins/192.0.2.7/unlock", "{}") == 404)
        #expect(await ask("POST", "/logins/administrator:sam/unlock", "{}") == 404)
        let told = try await platform.owner.query("SELECT a::text, target FROM audit_log a").rows.map { (try $0.text(0), try $0.text(1)) }
        #expect(told.count >= 12)
        #expect(!told.contains { $0.0.lowercased().contains("hunter2") }, "\(told)")
        #expect(told.contains { $0.1 == "192.0.2.7" } && told.contains { $0.1 == "administrator:sam" })
        await platform.close()
    }

    @Test("Nothing is changed that the log cannot be told of") func unwritable() async throws {
        let platform = try await TestPlatform(), router = router(platform)
        try await platform.owner.script("REVOKE INSERT ON audit_log FROM casella_control")
        #expect(await createPlan(router) == 503)
        #expect(try await platform.control.query("SELECT 1 FROM plans WHERE name = 'small'").isEmpty)
        try await platform.owner.script("GRANT INSERT ON audit_log TO casella_control")
        #expect(await createPlan(router) == 200)
        #expect(try await problems(platform) == [])
        await platform.close()
    }

    @Test("An outcome that is told of another call, or taken from its own, is found") func tampered() async throws {
        let platform = try await TestPlatform(), router = router(platform)
        for _ in 0..<2 { _ = await createPlan(router) }
        try await platform.owner.script("ALTER TABLE audit_log DISABLE TRIGGER ALL")
        for forged in ["3", "NULL"] {
            try await platform.owner.script("UPDATE audit_log SET begun = \(forged) WHERE sequence = 2")
            #expect(try await problems(platform) == ["Event 2 is not as it was written."])
        }
        try await platform.owner.script("UPDATE audit_log SET begun = 1 WHERE sequence = 2")
        #expect(try await problems(platform) == [])
        await platform.close()
    }

    private nonisolated static let columns =
        "sequence, at, caller, role, origin, command, target, tenant, changes, result, seal, begun"

    /// Of four events: two calls, by `jo`, who is an owner, and by a stranger, whose role is NULL.
    nonisolated static let tamperings: [(String, String)] = [
        ("UPDATE audit_log SET role = '' WHERE sequence = 3", "Event 3 is not as it was written."),
        ("UPDATE audit_log SET role = 'nobody' WHERE sequence = 3", "Event 3 is not as it was written."),
        ("UPDATE audit_log SET role = NULL WHERE sequence = 1", "Event 1 is not as it was written."),
        ("UPDATE audit_log SET role = 'auditor' WHERE sequence = 1", "Event 1 is not as it was written."),
        ("UPDATE audit_log SET tenant = '' WHERE sequence = 3", "Event 3 is not as it was written."),
        ("UPDATE audit_log SET begun = 0 WHERE sequence = 3", "Event 3 is not as it was written."),
        ("UPDATE audit_log SET at = 'infinity' WHERE sequence = 2", "Event 2 is not as it was written."),
        ("UPDATE audit_log SET caller = '' WHERE sequence = 2", "Event 2 is not as it was written."),
        ("UPDATE audit_log SET origin = 'local ' WHERE sequence = 2", "Event 2 is not as it was written."),
        ("UPDATE audit_log SET command = target, target = command WHERE sequence = 2", "Event 2 is not as it was written."),
        ("UPDATE audit_log SET changes = '{}' WHERE sequence = 2", "Event 2 is not as it was written."),
        ("UPDATE audit_log SET result = 'done' WHERE sequence = 1", "Event 1 is not as it was written."),
        ("UPDATE audit_log SET seal = '' WHERE sequence = 4", "Event 4 is not as it was written."),
        (
            "ALTER TABLE audit_log ALTER target DROP NOT NULL; UPDATE audit_log SET target = NULL WHERE sequence = 2",
            "Event 2 is not as it was written."
        ),
        ("DELETE FROM audit_log WHERE sequence = 1", "Event 1 is missing."),
        ("DELETE FROM audit_log WHERE sequence IN (2, 3)", "Events 2 to 3 are missing."),
        ("DELETE FROM audit_log WHERE sequence = 4", "Event 4 is missing."),
        ("DELETE FROM audit_log", "Events 1 to 4 are missing."),
        ("UPDATE audit_log SET sequence = 9 WHERE sequence = 4", "Event 4 is missing."),
        ("UPDATE audit_log SET sequence = 9 WHERE sequence = 4", "There is an event 9 that the platform did not write."),
        (
            "INSERT INTO audit_log SELECT 5, \(columns.dropFirst(10)) FROM audit_log WHERE sequence = 4",
            "There is an event 5 that the platform did not write."
        ),
        (
            "INSERT INTO audit_log SELECT 99, \(columns.dropFirst(10)) FROM audit_log WHERE sequence = 4",
            "There is an event 99 that the platform did not write."
        ),
        (
            """
            ALTER TABLE audit_log DROP CONSTRAINT audit_log_sequence_check;
            INSERT INTO audit_log SELECT 0, \(columns.dropFirst(10)) FROM audit_log WHERE sequence = 4
            """, "There is an event 0 that the platform did not write."
        ),
        (
            """
            ALTER TABLE audit_log DROP CONSTRAINT audit_log_pkey;
            INSERT INTO audit_log SELECT * FROM audit_log WHERE sequence = 4
            """, "There is an event 4 that the platform did not write."
        ),
    ]
    @Test("Whatever is changed, put in or removed is found, and it is told where", arguments: tamperings)
    func changed(statement: String, problem: String) async throws {
        let platform = try await TestPlatform(), router = router(platform)
        #expect(await createPlan(router) == 200)
        for result in ["invalid", "done"] {
            await platform.calls().audit.append(
                AuditLog.Entry(
                    caller: "x", role: nil, origin: "192.0.2.1", command: "session login", target: "x", tenant: nil, result: result))
        }
        #expect(try await problems(platform) == [])
        try await platform.owner.script("ALTER TABLE audit_log DISABLE TRIGGER ALL; \(statement)")
        let found = try await problems(platform)
        #expect(found.contains(problem), "\(found)")
        // And it is found still when the platform was started again, and goes on.
        let restarted = platform.calls(audit: try await platform.auditLog())
        await restarted.audit.append(
            AuditLog.Entry(caller: "x", role: nil, origin: "local", command: "marker", target: "", tenant: nil, result: "done"))
        #expect(try await restarted.verifyAudit(platform.request(Nothing(), [:])).problems != [])
        await platform.close()
    }
}

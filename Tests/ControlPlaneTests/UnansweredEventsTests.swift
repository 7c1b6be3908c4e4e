import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// What the audit log tells of calls whose events were written or not, when the answers were lost, or the process ended.
@Suite("Events of the audit log without an answer", .serialized, .timeLimit(.minutes(3))) @EventLoopActor
struct UnansweredEventsTests {
    /// From here on attempts to write an event are counted.
    /// - Parameters:
    ///   - lost: the one that is committed and not answered; 0: none.
    ///   - failing: those that are refused.
    private func disturb(lost: Int, failing: ClosedRange<Int>, _ platform: TestPlatform) async throws {
        try await platform.owner.script(
            """
            CREATE SEQUENCE attempts;
            GRANT USAGE, SELECT ON attempts TO PUBLIC;
            CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                number bigint := nextval('attempts');
            BEGIN
                IF number = \(lost) THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
                IF number BETWEEN \(failing.lowerBound) AND \(failing.upperBound) THEN RAISE EXCEPTION 'not now'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER disturb BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION disturb()
            """)
    }

    private func rows(_ platform: TestPlatform) async throws -> [String] {
        try await platform.owner.query(
            "SELECT command || ' ' || result || coalesce(' ' || begun, '') FROM audit_log ORDER BY sequence"
        ).rows.map { try $0.text(0) }
    }

    /// Once the log has found out, it tells so, and is whole.
    private func expect(_ expected: [String], listed: [String], _ platform: TestPlatform, _ audit: AuditLog? = nil) async throws {
        while try await rows(platform).count < expected.count { try await Task.sleep(for: .milliseconds(20)) }
        let calls = platform.calls(audit: audit)
        // Nothing more comes: what was owed would stand before the next but one.
        for _ in 0..<2 {
            await calls.audit.append(
                AuditLog.Entry(
                    caller: "jo", role: nil, origin: "local", command: "marker", target: "", tenant: nil, result: "done", trace: ""))
        }
        #expect(try await rows(platform) == expected + ["marker done", "marker done"])
        let events = try await calls.listAudit(platform.request(Nothing(), [:]))
        #expect(events.map(\.result) == ["done", "done"] + listed)
        #expect(try await calls.verifyAudit(platform.request(Nothing(), [:])).problems == [])
        #expect(calls.audit.running.isEmpty)
    }

    private func createPlan(_ platform: TestPlatform) async -> Int {
        let router = AdminRouter(platform.calls(), database: platform.control)
        router.serveAll()
        let body = Array(#"{"name":"small","limits":{}}"#.utf8)
        return await router.answer(method: "POST", target: "/plans", body: body, from: .machine(user: "jo")).status
    }

    private nonisolated static let refused = AuditEvent.refused, interrupted = AuditEvent.interrupted

    nonisolated static let lostBeginnings = [
        (1, 2...3, ["plan create begun", "plan create \(refused) 1"]),
        (0, 1...3, ["plan create \(refused)"]),
        (0, 1...6, ["plan create \(refused)"]),
    ]
    @Test("A call that was refused since nobody heard that its beginning is written is told as refused, once", arguments: lostBeginnings)
    func lostBeginning(lost: Int, failing: ClosedRange<Int>, expected: [String]) async throws {
        let platform = try await UnansweredCommits.platform()
        try await disturb(lost: lost, failing: failing, platform)
        let call = EventLoopActor.task { await createPlan(platform) }
        if lost > 0 { try await UnansweredCommits.cut(platform.owner) }
        #expect(await call.value == 503)
        #expect(try await platform.control.query("SELECT 1 FROM plans WHERE name = 'small'").isEmpty)
        try await expect(expected, listed: [Self.refused], platform)
        #expect(await createPlan(platform) == 200, "the next one is made")
        await platform.close()
    }

    nonisolated static let lostEnds = [(2, 3...4), (0, 2...4)]
    @Test("A call whose end could not be written, or was written unheard, has its own result, once", arguments: lostEnds)
    func lostEnd(lost: Int, failing: ClosedRange<Int>) async throws {
        let platform = try await UnansweredCommits.platform()
        try await disturb(lost: lost, failing: failing, platform)
        let call = EventLoopActor.task { await createPlan(platform) }
        if lost > 0 { try await UnansweredCommits.cut(platform.owner) }
        #expect(await call.value == 200)
        try await expect(["plan create begun", "plan create done 1"], listed: ["done"], platform)
        await platform.close()
    }

    private func entry(_ command: String, goesOn: Bool = false) -> AuditLog.Entry {
        AuditLog.Entry(
            caller: "jo", role: .owner, origin: "local", command: command, target: "database", tenant: nil, result: "done",
            trace: "1", goesOn: goesOn)
    }

    @Test("What goes on although its beginning was not heard of has its own result, once", arguments: [2...3, 2...6])
    func goingOn(failing: ClosedRange<Int>) async throws {
        let platform = try await UnansweredCommits.platform(), audit = platform.calls().audit
        try await disturb(lost: 1, failing: failing, platform)
        let begun = EventLoopActor.task { await audit.begin(entry("worker restart", goesOn: true)) }
        try await UnansweredCommits.cut(platform.owner)
        #expect(await begun.value == nil)
        await audit.append(entry("worker restart", goesOn: true))
        try await expect(["worker restart begun", "worker restart done 1"], listed: ["done"], platform)
        await platform.close()
    }

    @Test("What an earlier process left without an end is told as interrupted by the next, and by no further one")
    func earlier() async throws {
        let platform = try await UnansweredCommits.platform(), first = platform.calls().audit
        let one = await first.begin(entry("plan create")), two = await first.begin(entry("plan set"))
        var done = entry("plan set")
        done.begun = two
        await first.append(done)
        #expect(one == 1 && two == 2)
        let second = try await platform.auditLog()
        let own = await second.begin(entry("plan delete"))
        for audit in [second, second] { await audit.closeEarlier() }
        let expected = [
            "plan create begun", "plan set begun", "plan set done 2", "plan delete begun", "plan create \(Self.interrupted) 1",
        ]
        #expect(try await rows(platform) == expected)
        done.begun = own
        done.command = "plan delete"
        await second.append(done)
        let third = try await platform.auditLog()
        await third.closeEarlier()
        try await expect(expected + ["plan delete done 4"], listed: ["done", Self.interrupted, "done"], platform, third)
        await platform.close()
    }

    @Test("An interrupted call that cannot be told of yet is told of later, once") func earlierInVain() async throws {
        let platform = try await UnansweredCommits.platform()
        _ = await platform.calls().audit.begin(entry("plan create"))
        let next = try await platform.auditLog()
        try await disturb(lost: 0, failing: 1...3, platform)
        await next.closeEarlier()
        #expect(try await rows(platform) == ["plan create begun"])
        try await expect(["plan create begun", "plan create \(Self.interrupted) 1"], listed: [Self.interrupted], platform, next)
        await platform.close()
    }
}

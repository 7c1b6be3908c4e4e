import AdminAPI
import Foundation
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// As which role of the database a call is served, asked of every call that there is: behind the router stands a login here that may do
/// nothing as itself. What is answered all the same was read, and written, as `casella_administrator` or `casella_auditor` alone.
@Suite("Calls behind their fence", .serialized, .timeLimit(.minutes(3))) @EventLoopActor struct FencedCallsTests {
    /// The calls that leave the administrator's part, and why. A new one is to do without, or has its reason here.
    private static let leaving = [
        "domain verify": "What the DNS said of a claim is for the control plane alone to write.",
        "user password": "Hashes of former passwords, with which a new one is compared, are in no part.",
        "user rename": "Aliases, groups and forwards of the tenant's other domains go on to lead to the user.",
        "alias create": "What leads too deep leads through the tenant's other domains too.",
        "alias undelete": "As of a new alias.",
        "forward set": "As of an alias.",
        "group create": "A circle leads through the tenant's other domains too.",
        "group add": "As of a new group.",
        "group undelete": "As of a new group.",
        "group set": "Owners may be of another domain of the tenant.",
        "mailbox add": "Members and mailboxes beyond the part count too.",
        "undo --dry-run": "Hashes of former passwords are in what an apply keeps to be undone.",
        "undo": "As of its trial.",
        "session password": "One's own account is no part of what one administers.",
    ]
    private static let limited = Role.allCases.filter { $0.reach != .platform }

    private func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform()
        try await platform.owner.script(
            """
            INSERT INTO queue_messages
                (tenant_id, queue_id, delivery_id, reverse_path, blob_segment, blob_offset, blob_length, size, expires_at)
                SELECT \(platform.tenant), 7, 'x', 'ann@acme.example', 0, 0, 1, 5, now();
            INSERT INTO queue_recipients (tenant_id, queue_id, recipient_id, address)
                SELECT \(platform.tenant), 7, 1, 'x@far.example'
            """)
        return platform
    }

    @Test("Every call of a tenant's or a domain's administrator, and of an auditor, is served as that role of the database alone")
    func roleAlone() async throws {
        let platform = try await platform(), outsider = try await platform.outsider()
        var told = ToldByCalls()
        for request in FencedRequest.changing { try await change(request, platform, outsider, &told) }
        for role in Self.limited + [.auditor] {
            let origin = try await platform.administrator(role), router = platform.router(callsBy: outsider)
            for request in FencedRequest.reading {
                let call = try #require(Calls.all.first { $0.command == request.command })
                let answer = await router.answer(request, told, from: origin)
                let isRefused = !role.may(call) || (role.reach == .domain && answer.status == 403)  // the tenant's is not the domain's
                #expect(answer.status == (isRefused ? 403 : request.status), "\(role) \(request.command): \(answer.text)")
            }
            for kind in NameKind.allCases {
                let request = FencedRequest("names | GET /names?kind=\(kind.rawValue)&of=ann@acme.example")
                let answer = await router.answer(request, told, from: origin)
                #expect(answer.status == 200, "\(role) \(kind): \(answer.text)")
            }
        }
        for request in FencedRequest.deleting { try await change(request, platform, outsider, &told) }
        await outsider.close()
        await platform.close()
    }

    /// What claims and keys are proved by, as it is asked for.
    private func zone(_ platform: TestPlatform) async throws -> [String] {
        let claims = try await platform.calls().claims().map(\.claim.record.line)
        let keys = try await platform.calls().listDKIMKeys(platform.request(Nothing(), [:]))
        return claims + keys.map { "\($0.record.name) TXT \($0.record.value)" }
    }

    /// As the tenant's administrator. What leaves the part is refused by the database then, and done as it is on a platform.
    private func change(
        _ request: FencedRequest, _ platform: TestPlatform, _ outsider: PostgresPool?, _ told: inout ToldByCalls
    ) async throws {
        let zone = try await zone(platform)
        let origin = try await platform.administrator(.tenantAdministrator), isLeaving = Self.leaving[request.command] != nil
        var answer: AdminResponse?
        if let outsider {
            answer = await platform.router(zone: zone, callsBy: outsider).answer(request, told, from: origin)
            let status = isLeaving ? 500 : request.status
            #expect(answer?.status == status, "\(request.command) \(request.target): \(answer?.text ?? "")")
        }
        if isLeaving || outsider == nil {
            answer = await platform.router(zone: zone).answer(request, told, from: origin)
            #expect(answer?.status == request.status, "\(request.command) \(request.target): \(answer?.text ?? "")")
        }
        if let answer { told.learn(answer) }
    }

    @Test("There is a request for each of these calls, and each that leaves the part is one of them") func complete() {
        let asked = Set((FencedRequest.changing + FencedRequest.reading + FencedRequest.deleting).map(\.command)).union(["names"])
        let there = Calls.all.filter { call in !call.isLogin && (call.effect == .reads || Self.limited.contains { $0.may(call) }) }
        #expect(asked == Set(there.map(\.command)))
        #expect(Set(Self.leaving.keys).isSubset(of: asked))
        for call in Calls.all where Role.auditor.may(call) && call.effect != .reads { #expect(call.needs == .own, "\(call.command)") }
    }

    @Test("What only reads is read in transactions that change nothing, also for those who may change everything") func readOnly()
        async throws
    {
        let platform = try await platform()
        var told = ToldByCalls()
        for request in FencedRequest.changing { try await change(request, platform, nil, &told) }
        let router = platform.router(), local = AdminOrigin.machine(user: "jo")
        let undo = FencedRequest("undo --dry-run | GET /applies/NUMBER/undo")
        let plans = #"{"desired":{"plans":{"plans":[{"name":"default","limits":{"users":30}}]}}}"#
        let plan = #"{"desired":{"tenant":{"name":"acme","plan":"small"}},"plans":[{"name":"small","limits":{"users":30}}]}"#
        let previews = [plan, plans].map { FencedRequest("apply --dry-run | POST /applies/preview | \($0)") }
        for request in FencedRequest.reading + previews + [undo] {
            let answer = await router.answer(request, told, from: local)
            #expect(answer.status == request.status, "\(request.command): \(answer.text)")
        }
        await platform.close()
    }

    @Test("A call that only reads can change nothing, whatever its code does and whoever calls") func nothingChanged() async throws {
        let platform = try await platform(), router = AdminRouter(platform.calls(), database: platform.control)
        let change = "UPDATE tenants SET created_at = now() RETURNING 1"
        let leavingPart: @EventLoopActor (Provisioning, PostgresTransaction) async throws -> Void = { calls, transaction in
            try await calls.database.leavePart(in: transaction)
        }
        let ways: [@EventLoopActor (Provisioning, PostgresTransaction) async throws -> Void] = [
            { _, _ in }, leavingPart,
            { _, transaction in _ = try await transaction.query("SET TRANSACTION READ WRITE") },
            { _, transaction in _ = try await transaction.query("SELECT set_config('transaction_read_only', 'off', true)") },
            { _, transaction in _ = try await transaction.query("SELECT set_config('transaction_read_only', 'off', false)") },
        ]
        router.serve(Calls.listTenants) { calls, _ in
            let alone = await #expect(throws: PostgresError.self) { _ = try await calls.database.query(change) }
            #expect(alone?.sqlState == Self.readOnly)
            for way in ways {
                let error = await #expect(throws: PostgresError.self) {
                    try await calls.change { transaction in
                        try await way(calls, transaction)
                        _ = try await transaction.query(change)
                    }
                }
                #expect([Self.readOnly, Self.activeTransaction].contains(error?.sqlState), "\(String(describing: error))")
            }
            return []
        }
        var origins = [AdminOrigin.machine(user: "jo")]
        for role in Role.allCases { origins.append(try await platform.administrator(role)) }
        let request = FencedRequest("tenant list | GET /tenants")
        for origin in origins { #expect(await router.answer(request, ToldByCalls(), from: origin).status == 200) }
        // The connections are as before.
        #expect(try await platform.control.query(change).rows.count == 1)
        await platform.close()
    }

    private static nonisolated let readOnly = SQLState(rawValue: "25006"), activeTransaction = SQLState(rawValue: "25001")
}

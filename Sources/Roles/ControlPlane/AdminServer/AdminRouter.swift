import AdminAPI
import FoundationEssentials
import Postgres
import Runtime

/// Finds the call that a request means, asks whether its caller may make it, runs it, has it recorded, and turns whatever comes of it
/// into a response.
@EventLoopActor
final class AdminRouter {
    private struct Route {
        var call: any AnyCall
        /// Reads the body.
        var decode: @Sendable ([UInt8]) throws -> any Sendable
        /// The last two: whether it is only tried, and what is to be told that it begins.
        var run: @EventLoopActor (any Sendable, PathParameters, PathParameters, AdminCaller, Bool, CallRecord) async throws -> Done
    }
    private struct Done {
        var body: [UInt8]
        /// What the answer itself tells the record.
        var changes: String?
    }
    private var routes: [Route] = []
    private let turns = SubjectTurns()
    private var pace = CallPace()
    /// Those that nobody waits for, since they take long: mostly what they changed they tell themselves.
    private static let long: Set<String> = [
        Calls.compactTenant.command, Calls.copyHeld.command, Calls.importUsers.command, Calls.apply.command, Calls.undo.command,
        Calls.verifyDomain.command, Calls.activateDKIMKeys.command, Calls.restartWorker.command,
    ]
    private let provisioning: Provisioning
    private var journal: Journal { provisioning.journal }
    private let database: PostgresPool

    /// - Parameter database: for what the control plane asks of its own about a call: whose something is, and what the record is told. The
    ///   calls themselves have the provisioning's, behind their fence.
    init(_ provisioning: Provisioning, database: PostgresPool) { (self.provisioning, self.database) = (provisioning, database) }

    /// - Parameter handler: gets the provisioning as far as the caller's part of the platform goes.
    func serve<Body, Answer>(
        _ call: Call<Body, Answer>,
        _ handler: @escaping @EventLoopActor (Provisioning, AdminRequest<Body>) async throws -> Answer
    ) {
        serve(call, first: { _, _ in }) { provisioning, request, _ in try await handler(provisioning, request) }
    }

    /// - Parameters:
    ///   - first: what is done alike when the call is only tried: proofs of who asks, questions to name servers, and whatever else takes
    ///     long, since the transaction of a trial is open from `handler` on. It changes nothing that the call is about.
    ///   - handler: gets what that found.
    func serve<Body, Answer, Found: Sendable>(
        _ call: Call<Body, Answer>,
        first: @escaping @EventLoopActor (Provisioning, AdminRequest<Body>) async throws -> Found,
        then handler: @escaping @EventLoopActor (Provisioning, AdminRequest<Body>, Found) async throws -> Answer
    ) {
        routes.append(
            Route(call: call) { bytes in
                try JSONDecoder().decode(Body.self, from: Data(bytes.isEmpty ? Array("{}".utf8) : bytes))
            } run: { [provisioning] body, path, query, caller, isRehearsal, record in
                guard let body = body as? Body else { throw AdminError(.serverFault, "The request was read as something else.") }
                let part = provisioning.confined(to: caller.fence(of: call))
                let request = AdminRequest(body: body, path: path, query: query, caller: caller)
                let found = try await first(part, request)
                try await record.begin()
                let answer =
                    try await isRehearsal
                    ? part.rehearsed { try await handler($0, request, found) } : handler(part, request, found)
                return Done(body: try await AnswerWriting.json(answer), changes: (answer as? any TellsChanges)?.auditedText)
            })
    }

    /// - Parameter target: the request's path with its query.
    func answer(method: String, target: String, body: [UInt8], from origin: AdminOrigin) async -> AdminResponse {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first ?? ""
        let matching = routes.compactMap { route in route.call.path.match(path).map { (route, $0) } }
        guard !matching.isEmpty else {
            return AdminResponse(AdminError(.notFound, "There is no such call: \(method) \(path.prefix(200))."))
        }
        guard let (route, parameters) = matching.first(where: { $0.0.call.method.rawValue == method }) else {
            return AdminResponse(AdminError(.invalid, "\(path.prefix(200)) does not take \(method)."), status: 405)
        }
        guard let query = PathParameters(query: parts.count > 1 ? parts[1] : "") else {
            return AdminResponse(AdminError(.invalid, "The query of the address is badly encoded."))
        }
        let trace = String(UInt64.random(in: .min ... .max), radix: 16)
        do {
            let caller = try await caller(from: origin, of: route.call)
            try keepPace(caller, route.call)
            return await answer(route, parameters, query, body, caller, trace)
        } catch {
            let explained = provisioning.explained(error, command: route.call.command, trace)
            provisioning.measuring.counters.adminCall(route.call.command, outcome: explained.code.rawValue)
            return AdminResponse(explained)
        }
    }

    private func caller(from origin: AdminOrigin, of call: any AnyCall) async throws -> AdminCaller {
        switch origin {
        case .machine(let user): return .local(user)
        case .network(let address, let token):
            if call.isLogin { return AdminCaller(name: "", role: .auditor, part: nil, origin: address, session: nil) }
            guard let token, let caller = try await provisioning.sessions.caller(token, from: address) else {
                // Strangers could fill the audit log with it; this one is bounded.
                journal.notice("an admin call without a valid token was refused", ["client": address, "command": call.command])
                throw AdminError(.unauthenticated, "You are not logged in, or no longer.", hint: "`casella --server HOST session login`.")
            }
            return caller
        }
    }

    /// What is refused here is in the platform's own log, which is bounded, and not in the audit log: it would fill that.
    private func keepPace(_ caller: AdminCaller, _ call: any AnyCall) throws(AdminError) {
        guard let session = caller.session else { return }
        guard !pace.admits(session.administrator, of: caller.part?.tenant, at: .now) else { return }
        journal.notice(
            "an admin call was refused: too many in a short time",
            ["caller": caller.name, "origin": caller.origin, "command": call.command])
        throw AdminError(
            .tooMany, "Too many calls in a short time: \(CallPace.perSecond) a second are answered, or \(CallPace.burst) after a pause.",
            hint: "Try again in a few seconds; `user import`, `apply` and commands for many at once take fewer calls.")
    }

    private func answer(
        _ route: Route, _ path: PathParameters, _ query: PathParameters, _ bytes: [UInt8], _ caller: AdminCaller,
        _ trace: String
    ) async -> AdminResponse {
        let call = route.call
        // Known before anything is refused: what a trial is refused is told as a trial's.
        let isRehearsal = call.effect != .reads && query[Rehearsal.parameter] == "true"
        let record = CallRecord(of: call, by: caller, isRehearsal: isRehearsal, trace: trace, in: provisioning.audit)
        var response: AdminResponse
        do {
            guard call.isLogin || caller.role.may(call) else { throw Self.notAllowed(call, caller) }
            let body = try await Self.read(bytes, route.decode)
            let subjects = (AdminSubject.all(call, path: path, query: query, body: body) + caller.own(call)).map { subject in
                call.takesAnyName ? subject.canonical(provisioning.domains, within: caller.part) : subject.within(caller.part)
            }
            record.name(subjects, body, path, query)
            if let part = caller.part { try await part.check(call, subjects, database) }
            if isRehearsal, !call.canBeTried { throw call.trialRefusal }
            if record.event.tenant == nil { record.event.tenant = try await tenant(of: subjects) }
            if call.effect == .reads || isRehearsal {
                response = AdminResponse(status: 200, body: try await route.run(body, path, query, caller, isRehearsal, record).body)
            } else {
                response = try await turns.hold(Self.turn(for: call, subjects)) {
                    let before = try await subjects.first?.auditedState(database, of: call)
                    let done = try await route.run(body, path, query, caller, false, record)
                    let subject = (body as? any NamesDestination)?.destination ?? subjects.first
                    // It is done; should the database fail now, the event tells less.
                    let changed = try? await AuditedChanges.between(
                        before, try await subject?.auditedState(database, of: call), told: done.changes, database)
                    record.event.changes = changed ?? done.changes ?? ""
                    return AdminResponse(status: 200, body: done.body)
                }
            }
        } catch {
            let explained = provisioning.explained(error, command: call.command, trace)
            record.event.result = explained.code.rawValue
            record.name(path, query)
            response = AdminResponse(explained)
        }
        if !isRehearsal { provisioning.measuring.counters.adminCall(call.command, outcome: record.event.result) }
        if await record.end() {
            let event = record.event
            journal.info(
                "admin call",
                [
                    "trace": trace, "caller": event.caller, "origin": event.origin, "command": event.command, "target": event.target,
                    "result": event.result,
                ])
        }
        return response
    }

    /// Octets that are read on the event loop.
    private static let quicklyRead = 8 * 1024

    /// What takes long to read is read away from the event loop, on which logins wait.
    private static func read(
        _ bytes: [UInt8], _ decode: @escaping @Sendable ([UInt8]) throws -> any Sendable
    ) async throws -> any Sendable {
        guard bytes.count > quicklyRead else { return try decode(bytes) }
        return try await Task.detached { try decode(bytes) }.value
    }

    /// What a call waits for its turn at. Of calls that prove in themselves who calls nobody's: strangers make them, who are made to wait.
    static func turn(for call: any AnyCall, _ subjects: [AdminSubject]) -> AdminSubject? {
        call.isLogin || long.contains(call.command) ? nil : subjects.first
    }

    /// The first tenant that a subject belongs to.
    private func tenant(of subjects: [AdminSubject]) async throws -> String? {
        for subject in subjects {
            if let owner = try await subject.owner(database, deleted: true) { return owner.name }
            if case .tenant(let name) = subject { return name.text }
        }
        return nil
    }

    private static func notAllowed(_ call: any AnyCall, _ caller: AdminCaller) -> AdminError {
        let able = Role.allCases.filter { $0.may(call) }.map(\.rawValue)
        return AdminError(
            .forbidden, "The role \(caller.role.rawValue) does not include `\(call.command)`.",
            hint: "Roles that do: \(able.joined(separator: ", ")).")
    }
}

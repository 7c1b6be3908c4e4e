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
        /// The last: whether it is only tried.
        var run: @EventLoopActor (any Sendable, PathParameters, PathParameters, AdminCaller, Bool) async throws -> Done
    }
    private struct Done {
        var body: [UInt8]
        /// What the answer itself tells the record.
        var changes: String?
    }
    private var routes: [Route] = []
    private let provisioning: Provisioning
    private var journal: Journal { provisioning.journal }
    private var database: PostgresPool { provisioning.database.pool }

    init(_ provisioning: Provisioning) { self.provisioning = provisioning }

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
            } run: { [provisioning] body, path, query, caller, isRehearsal in
                guard let body = body as? Body else { throw AdminError(.serverFault, "The request was read as something else.") }
                let part = provisioning.confined(to: caller.part)
                let request = AdminRequest(body: body, path: path, query: query, caller: caller)
                let found = try await first(part, request)
                let answer =
                    try await isRehearsal
                    ? part.rehearsed { try await handler($0, request, found) } : handler(part, request, found)
                return Done(body: try await Self.written(answer), changes: (answer as? any TellsChanges)?.changes)
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
                throw AdminError(.unauthenticated, "You are not logged in, or no longer.", hint: "`casella --server HOST session login`.")
            }
            return caller
        }
    }

    private func answer(
        _ route: Route, _ path: PathParameters, _ query: PathParameters, _ bytes: [UInt8], _ caller: AdminCaller,
        _ trace: String
    ) async -> AdminResponse {
        let call = route.call
        // Known before anything is refused: what a trial is refused is told as a trial's.
        let isRehearsal = call.effect != .reads && query[Rehearsal.parameter] == "true"
        var event = AuditLog.Entry(
            caller: caller.name, role: call.isLogin ? nil : caller.role, origin: caller.origin,
            command: call.command + (isRehearsal ? " --dry-run" : ""), target: "", tenant: caller.part?.tenantName.text, result: "done",
            trace: trace)
        var response: AdminResponse
        do {
            guard call.isLogin || caller.role.may(call) else { throw Self.notAllowed(call, caller) }
            let body = try await Self.read(bytes, route.decode)
            let subjects = AdminSubject.all(call, path: path, query: query, body: body).map { subject in
                call.takesAnyName ? subject.canonical(provisioning.domains) : subject.within(caller.part)
            }
            let destination = (body as? any NamesDestination)?.destination
            event.target = (body as? any TellsOfItself)?.told ?? subjects.first?.text ?? ""
            if call.query.contains("now"), query["now"] == "true" { event.target += " --now" }
            if let destination { event.target += " \(destination.text)" }
            if let more = body as? any NamesMore { event.target += " \(more.options)" }
            if let login = body as? any ProvesCaller { event.caller = login.claimed }
            if let part = caller.part { try await part.check(call, subjects, database) }
            if isRehearsal, !call.canBeTried { throw call.trialRefusal }
            if call.effect == .reads || isRehearsal {
                response = AdminResponse(status: 200, body: try await route.run(body, path, query, caller, isRehearsal).body)
                if isRehearsal { return response }
            } else {
                if event.tenant == nil { event.tenant = try await tenant(of: subjects) }
                let before = try await subjects.first?.auditedState(database)
                let done = try await route.run(body, path, query, caller, false)
                response = AdminResponse(status: 200, body: done.body)
                // It is done; should the database fail now, the event tells less.
                let changed = try? await changes(of: destination ?? subjects.first, since: before)
                event.changes = done.changes ?? changed ?? ""
            }
        } catch {
            let explained = provisioning.explained(error, command: call.command, trace)
            event.result = explained.code.rawValue
            if event.target.isEmpty { event.target = path.texts.joined(separator: " ") }
            response = AdminResponse(explained)
        }
        if !isRehearsal { provisioning.measuring.counters.adminCall(call.command, outcome: event.result) }
        // Of what was only tried, that it was not allowed.
        if Self.isRecorded(call, event.result), !isRehearsal || event.result == AdminError.Code.forbidden.rawValue {
            event.target = String(event.target.prefix(300))
            await provisioning.audit.append(event)
            journal.info(
                "admin call",
                [
                    "trace": trace, "caller": event.caller, "origin": event.origin, "command": event.command, "target": event.target,
                    "result": event.result,
                ])
        }
        return response
    }

    /// What takes long to read is read away from the event loop, on which logins wait.
    private static func read(
        _ bytes: [UInt8], _ decode: @escaping @Sendable ([UInt8]) throws -> any Sendable
    ) async throws -> any Sendable {
        guard bytes.count > AdminServer.bodyLimit else { return try decode(bytes) }
        return try await Task.detached { try decode(bytes) }.value
    }

    /// The same of what is answered: a company's export has all its users.
    @concurrent
    private static func written(_ answer: some Encodable & Sendable) async throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(answer))
    }

    /// Logins that are refused are not: strangers could fill the log with them. They are in the platform's own, which is bounded.
    private static func isRecorded(_ call: any AnyCall, _ result: String) -> Bool {
        if call.isLogin { return result == "done" && call.effect != .reads }
        return call.effect != .reads || result == AdminError.Code.forbidden.rawValue
    }

    private func changes(of subject: AdminSubject?, since before: String?) async throws -> String {
        try await AuditedChanges.between(before, try await subject?.auditedState(database), database)
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

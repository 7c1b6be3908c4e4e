import AdminAPI
import FoundationEssentials
import Postgres
import Runtime

/// Finds the call that a request means, runs it, and turns whatever comes of it into a response.
@EventLoopActor
final class AdminRouter {
    private struct Route {
        var call: any AnyCall
        /// Takes body, path, query and caller; says what is named in the body before it runs.
        var run: @EventLoopActor ([UInt8], PathParameters, PathParameters, AdminCaller, (String) -> Void) async throws -> [UInt8]
    }
    private var routes: [Route] = []
    private let journal: Journal
    private let record: @EventLoopActor (AdminEvent) async -> Void

    /// - Parameter record: keeps the audit record of a call that changes something.
    init(journal: Journal, record: @escaping @EventLoopActor (AdminEvent) async -> Void) {
        (self.journal, self.record) = (journal, record)
    }

    func serve<Body, Answer>(
        _ call: Call<Body, Answer>, _ handler: @escaping @EventLoopActor (AdminRequest<Body>) async throws -> Answer
    ) {
        routes.append(
            Route(call: call) { bytes, path, query, caller, names in
                let text = bytes.isEmpty ? Array("{}".utf8) : bytes
                let body = try JSONDecoder().decode(Body.self, from: Data(text))
                if let named = body as? any NamedInAudit { names(named.auditName) }
                let answer = try await handler(AdminRequest(body: body, path: path, query: query, caller: caller))
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return Array(try encoder.encode(answer))
            })
    }

    /// - Parameter target: the request's path with its query.
    func answer(method: String, target: String, body: [UInt8], caller: AdminCaller) async -> AdminResponse {
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
        var result = "done"
        var named = ""
        let response: AdminResponse
        do {
            response = AdminResponse(status: 200, body: try await route.run(body, parameters, query, caller) { named = "/\($0)" })
        } catch {
            let explained = explain(error, command: "\(method) \(route.call.path)")
            result = explained.code.rawValue
            response = AdminResponse(explained)
        }
        if route.call.effect != .reads {
            let target = String((path.dropFirst() + named).prefix(300))
            await record(AdminEvent(caller: caller.name, command: "\(method) \(route.call.path)", target: target, result: result))
        }
        return response
    }

    /// Any error in the words of this interface. What nobody foresaw gets a number, under which the log has the details.
    private func explain(_ error: any Error, command: String) -> AdminError {
        switch error {
        case let error as AdminError: return error
        case let error as DecodingError: return AdminError(.invalid, "The request is not understood: \(Self.words(error)).")
        case let error as PostgresError where error.kind == .connection || error.isTransient:
            journal.warning("an admin call failed for the database", ["command": command, "error": "\(error)"])
            return AdminError(.unavailable, "The database does not answer at the moment.", hint: "Try again in a few seconds.")
        case PasswordHashing.Failure.queueFull:
            return AdminError(.unavailable, "Too many passwords are being checked at the moment.", hint: "Try again in a few seconds.")
        default:
            let reference = String(UInt32.random(in: .min ... .max), radix: 16)
            journal.error("an admin call failed", ["command": command, "reference": reference, "error": "\(error)"])
            return AdminError(.serverFault, "Something went wrong inside Casella.", hint: "The log says more under reference \(reference).")
        }
    }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            context.codingPath.isEmpty
                ? "it is no JSON object" : "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has a wrong type"
        case .dataCorrupted: "it is not JSON"
        @unknown default: "it is not JSON"
        }
    }
}

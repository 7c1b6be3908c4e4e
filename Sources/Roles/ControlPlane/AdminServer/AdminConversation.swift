import AdminAPI
import NIOHTTP1

extension HTTPConversation {
    /// Who is on the other end of the admin interface.
    enum AdminSource: Equatable, Sendable {
        case machine(user: String)
        /// A user of this machine who may not call.
        case nobody
        case network(address: String)

        fileprivate var isHere: Bool { if case .network = self { false } else { true } }
        fileprivate var bodyLimit: Int { if case .machine = self { AdminServer.localBodyLimit } else { AdminServer.bodyLimit } }
    }

    static func ofAdministrator(_ source: AdminSource, _ router: AdminRouter) -> HTTPConversation {
        HTTPConversation(bodyLimit: source.bodyLimit, patience: source.isHere ? nil : patience) { head, body in
            let origin: AdminOrigin
            switch source {
            case .machine(let user): origin = .machine(user: user)
            case .network(let address): origin = .network(address: address, token: token(in: head.headers))
            case .nobody:
                return refusal(
                    AdminError(.forbidden, "You may not use the admin interface.", hint: "Ask root to add your user to adminUsers."))
            }
            guard let body else {
                let hint = source.bodyLimit < AdminServer.localBodyLimit ? "On the platform's own machine it may be longer." : nil
                return refusal(AdminError(.invalid, "The request is longer than \(source.bodyLimit) octets.", hint: hint))
            }
            return answer(await router.answer(method: head.method.rawValue, target: head.uri, body: body, from: origin))
        }
    }

    private static func refusal(_ error: AdminError) -> Answer { answer(AdminResponse(error), isLast: true) }

    private static func answer(_ response: AdminResponse, isLast: Bool = false) -> Answer {
        var headers = [("Content-Type", "application/json")]
        if let seconds = response.retryAfter { headers.append(("Retry-After", "\(seconds)")) }
        return Answer(status: response.status, headers: headers, body: response.body, isLast: isLast)
    }

    /// `Authorization: Bearer TOKEN` (RFC 6750 §2.1).
    private static func token(in headers: HTTPHeaders) -> String? {
        guard let words = headers.first(name: "Authorization")?.split(separator: " "), words.count == 2,
            words[0].lowercased() == "bearer"
        else { return nil }
        return String(words[1])
    }
}

/// What became of a request: RFC 9110 §15, and RFC 6585 §5 for 431.
public enum HTTPStatus: Int, Sendable, CaseIterable, Error {
    case ok = 200
    case found = 302
    case badRequest = 400, notFound = 404, methodNotAllowed = 405, contentTooLarge = 413, headTooLarge = 431
    case unavailable = 503

    public var reason: String {
        switch self {
        case .ok: "OK"
        case .found: "Found"
        case .badRequest: "Bad Request"
        case .notFound: "Not Found"
        case .methodNotAllowed: "Method Not Allowed"
        case .contentTooLarge: "Content Too Large"
        case .headTooLarge: "Request Header Fields Too Large"
        case .unavailable: "Service Unavailable"
        }
    }
}

/// Why an administrative call was refused: a kind that programs act on, a sentence for people, and what they can do about it.
///
/// On the wire it is the body `{"error": {"code": "notFound", "message": "…", "hint": "…"}}` of a response whose status is
/// `code.httpStatus`.
public struct AdminError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    public let code: Code
    /// One sentence that says what was wrong, with the name it was about. It holds no secret.
    public let message: String
    /// What the reader can do, as a sentence; nil when the message already says it.
    public let hint: String?

    public init(_ code: Code, _ message: String, hint: String? = nil) {
        (self.code, self.message, self.hint) = (code, message, hint)
    }

    public var description: String { hint.map { "\(message)\n\($0)" } ?? message }

    public enum Code: String, Sendable, Codable, CaseIterable {
        /// The request cannot be understood or names something impossible.
        case invalid
        case notFound, alreadyExists
        /// The request is right, but the present state does not allow it.
        case conflict
        /// No token, or one that is good no longer.
        case unauthenticated
        case forbidden
        /// The platform, or a part of it that is needed, is not running or does not answer.
        case unavailable
        case timedOut
        /// Too many calls in a short time: the same one will be answered a little later.
        case tooMany
        /// Who asked waits no longer. The shell's own: no response says so.
        case interrupted
        /// A fault of Casella; the log explains it.
        case serverFault

        /// RFC 9110.
        public var httpStatus: Int {
            switch self {
            case .invalid: 400
            case .unauthenticated: 401
            case .forbidden: 403
            case .notFound: 404
            case .alreadyExists, .conflict: 409
            case .serverFault: 500
            case .unavailable: 503
            case .timedOut: 504
            case .tooMany: 429  // RFC 6585 §4
            case .interrupted: 499  // of no RFC, and never sent
            }
        }

        /// What the shell exits with: the values of `sysexits.h` that come nearest, and for Ctrl-C what shells have for it. Usage errors
        /// are 64, as there.
        public var exitStatus: Int32 {
            switch self {
            case .invalid: 65
            case .notFound: 66
            case .unavailable: 69
            case .serverFault: 70
            case .alreadyExists: 73
            case .timedOut, .tooMany: 75
            case .conflict: 76
            case .forbidden, .unauthenticated: 77
            case .interrupted: 130
            }
        }

        /// The nearest kind for a response whose body says nothing that can be read.
        public init(httpStatus: Int) {
            self = Code.allCases.first { $0.httpStatus == httpStatus } ?? (httpStatus < 500 ? .invalid : .serverFault)
        }
    }
}

/// The body of every response that is not a success.
public struct ErrorBody: Sendable, Codable {
    public let error: AdminError
    public init(_ error: AdminError) { self.error = error }
}

import AdminAPI
import FoundationEssentials

/// Who calls, as the kernel says (SO_PEERCRED).
struct AdminCaller: Sendable, Equatable {
    let user: UInt32
    /// The user's name, or the number where it has none.
    let name: String
}

/// One call with what came with it.
struct AdminRequest<Body: Sendable>: Sendable {
    let body: Body
    let path: PathParameters
    let query: PathParameters
    let caller: AdminCaller
}

struct AdminResponse: Sendable {
    let status: Int
    let body: [UInt8]

    init(status: Int, body: [UInt8]) { (self.status, self.body) = (status, body) }

    init(_ error: AdminError, status: Int? = nil) {
        self.status = status ?? error.code.httpStatus
        body = (try? JSONEncoder().encode(ErrorBody(error))).map(Array.init) ?? []
    }
}

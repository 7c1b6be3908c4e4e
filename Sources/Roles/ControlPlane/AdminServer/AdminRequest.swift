import AdminAPI
import FoundationEssentials

/// Who calls: a user of the machine, as the kernel says (SO_PEERCRED), who may do everything; or an administrator, as a token proves.
struct AdminCaller: Sendable, Equatable {
    /// An administrator's name, or that of a user of the machine.
    let name: String
    let role: Role
    /// nil: the whole platform.
    let part: AdministeredPart?
    /// `local`, or a network address.
    let origin: String
    /// nil for users of the machine.
    let session: AdministratorSession?

    static func local(_ name: String) -> AdminCaller {
        AdminCaller(name: name, role: .owner, part: nil, origin: "local", session: nil)
    }
}

/// The tenant, or the one domain of it, that an administrator is confined to.
struct AdministeredPart: Sendable, Equatable {
    let tenant: Int64
    let tenantName: TenantName
    let domain: Int64?
    let domainName: DomainName?
}

struct AdministratorSession: Sendable, Equatable {
    let administrator: Int64
    let tokenDigest: [UInt8]
    let expiresAt: Timestamp
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
    /// In how many seconds the same call may be answered; only of those that were too many.
    let retryAfter: Int?

    init(status: Int, body: [UInt8]) { (self.status, self.body, retryAfter) = (status, body, nil) }

    init(_ error: AdminError, status: Int? = nil) {
        retryAfter = error.code == .tooMany ? 2 : nil
        self.status = status ?? error.code.httpStatus
        body = (try? JSONEncoder().encode(ErrorBody(error))).map(Array.init) ?? []
    }
}

import Runtime
import Testing

/// A shared mailbox `info`, and users with each of the rights.
@EventLoopActor
struct SharedOffice {
    let domain: CompanyDomain
    let info: Int64
    let members: [String: Int64]
    var address: String { "info@\(domain.name)" }
    var name: String { "Shared/\(address)" }

    init(bytes: Int64? = nil, messages: Int64? = nil) async throws {
        domain = try await CompanyDomain.make()
        info = try await domain.shared("info", bytes: bytes, messages: messages)
        var made: [String: Int64] = [:]
        for rights in ["read", "write", "manage", "stranger"] {
            made[rights] = try await domain.user(rights)
            if rights != "stranger", let member = made[rights] { try await domain.give(member, rights, to: info) }
        }
        members = made
    }

    func client(_ rights: String) async throws -> Dialogue { try await domain.imap(try #require(members[rights])) }
    func give(_ member: String, _ rights: String?) async throws {
        try await domain.give(try #require(members[member]), rights, to: info)
    }
}

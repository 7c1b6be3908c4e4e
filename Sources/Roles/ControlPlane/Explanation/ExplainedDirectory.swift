import AdminAPI
import MailStore
import Runtime

/// Where a tenant's addresses lead, for who explains it.
///
/// Who administers one domain of the tenant sees the rows of that alone, as in every other call. What is decided by the others is asked of
/// all of the tenant, and no more is told of it than whether mail is taken, put off or refused, or whether somebody may do something.
@EventLoopActor
struct ExplainedDirectory {
    /// All of the tenant, to decide by; never more than that, whoever asks.
    let whole: Directory
    private let own: Directory
    /// The one that the caller administers; nil: all of the tenant's.
    private let domain: DomainName?

    init(of tenant: Int64, _ database: AdministeredDatabase) {
        own = database.directory(of: tenant)
        if case .part(let part) = database.fence.reach, let name = part.domainName {
            var wider = database
            wider.fence = database.fence.ofWholeTenant
            (domain, whole) = (name, wider.directory(of: tenant))
        } else {
            (domain, whole) = (nil, own)
        }
    }

    /// Whether the caller administers what has this address, if it is of the tenant.
    func shows(_ address: String) -> Bool { domain.map { address.hasSuffix("@\($0)") } ?? true }

    /// Whether an address is of another domain of the tenant than the caller administers.
    func hides(_ address: TargetAddress) async throws -> Bool {
        guard let domain, address.domain != domain else { return false }
        guard case .notLocal = try await own.resolve(localPart: address.localPart, domain: address.domain.text) else { return false }
        guard case .notLocal = try await whole.resolve(localPart: address.localPart, domain: address.domain.text) else { return true }
        return false
    }

    /// Where mail for an address goes in the whole tenant, as mail of the sender handed in after a login; nil: of somebody whom every group
    /// lets in. Whether a sender is in a group who is hidden is not asked.
    func resolve(_ address: EmailAddress, from sender: TargetAddress?) async throws -> Resolution {
        guard let sender, try await !hides(sender) else {
            return try await whole.resolve(localPart: address.localPart, domain: address.domain.text)
        }
        return try await whole.resolve(localPart: address.localPart, domain: address.domain.text, from: try await poster(sender))
    }

    /// Whose mail it is when it was handed in after a login; nil: nobody's here.
    func poster(_ sender: TargetAddress) async throws -> Int64? {
        let own = try await whole.resolve(localPart: sender.localPart, domain: sender.domain.text, forwarding: false)
        guard case .targets(let targets) = own, targets.groups.isEmpty, targets.users.count == 1, targets.external.isEmpty else {
            return nil
        }
        return targets.users.first?.user.id
    }

    /// Of where an address leads, what the caller's own rows say: an address elsewhere is not followed any further.
    /// - Parameter all: where it leads in the whole tenant.
    func shown(_ all: ResolvedTargets, of address: EmailAddress) async throws -> ResolvedTargets {
        guard domain != nil else { return all }
        guard case .targets(var shown) = try await own.resolve(localPart: address.localPart, domain: address.domain.text) else {
            var nothing = all
            (nothing.users, nothing.suspended, nothing.external, nothing.forwards, nothing.groups) = ([], [], [], [], [])
            return nothing
        }
        // Each of them asks who sends; of one that is hidden no more is told than its answer. Who is in a closed one only has nothing.
        (shown.groups, shown.closed) = (all.groups, all.closed)
        shown.users.removeAll { one in !all.users.contains { $0.user.id == one.user.id } }
        if all.isBarred { shown.external = [] }
        // Whether anybody is where a forward leads, any mail server may ask. If not, the mail stays with the user.
        for index in shown.forwards.indices where !shown.forwards[index].leadsNowhere {
            let user = shown.forwards[index].user.id
            let forward = all.forwards.first { $0.user.id == user && ($0.leadsNowhere || $0.isBarred) }
            guard let forward else { continue }
            (shown.forwards[index].leadsNowhere, shown.forwards[index].isBarred) = (forward.leadsNowhere, forward.isBarred)
            if !shown.users.contains(where: { $0.user.id == user }) { shown.users += all.users.filter { $0.user.id == user } }
        }
        return shown
    }
}

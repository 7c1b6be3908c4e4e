import AdminAPI
import Postgres
import Runtime

/// What a call is about, as its path, its query or its body name it.
enum AdminSubject: Hashable {
    case tenant(TenantName), domain(DomainName), administrator(AdministratorName), queued(QueueID), login(LoginSubject)
    case certificate(CertificateName), plan(PlanName), domainAlias(DomainName), applied(ApplyNumber)
    /// Of the tenant, if that is said.
    case claim(DomainName, of: TenantName?)
    /// A user or a shared mailbox, an alias or a group.
    case address(EmailAddress), alias(AliasAddress), group(EmailAddress)
    /// A user's own, under any name; a user's address once it is known whose.
    case account(LoginName)
    /// Users of one tenant, at least one.
    case addresses([EmailAddress])

    /// All that the request names. What cannot be read is left to the call itself, which refuses it.
    static func all(_ call: any AnyCall, path: PathParameters, query: PathParameters, body: Any) -> [AdminSubject] {
        var subjects = (body as? any NamesSubjects)?.subjects ?? []
        if let subject = ofPath(call, path, query) { subjects.append(subject) }
        if let destination = (body as? any NamesDestination)?.destination { subjects.append(destination) }
        subjects += (body as? any NamesMore)?.further ?? []
        if let tenant: TenantName = (try? query.optional("tenant")) ?? nil { subjects.append(.tenant(tenant)) }
        if let domain: DomainName = (try? query.optional("domain")) ?? nil { subjects.append(.domain(domain)) }
        if let address: EmailAddress = (try? query.optional("address")) ?? nil { subjects.append(.address(address)) }
        if let target: QuotaTarget = (try? query.optional("target")) ?? nil { subjects.append(target.subject) }
        return subjects
    }

    private static func ofPath(_ call: any AnyCall, _ path: PathParameters, _ query: PathParameters) -> AdminSubject? {
        do {
            switch call.path.noun {
            case _ where call.path.parameterNames.isEmpty: return nil
            case "tenants": return .tenant(try path.require("name"))
            case "domains": return .domain(try path.require("name"))
            case "claims": return .claim(try path.require("name"), of: try query.optional("tenant"))
            case "domain-aliases": return .domainAlias(try path.require("name"))
            case "users", "mailboxes": return .address(try path.require("address"))
            case "aliases": return .alias(try path.require("address"))
            case "groups": return .group(try path.require("address"))
            case "applies": return .applied(try path.require("number"))
            case "plans": return .plan(try path.require("name"))
            case "quotas", "limits", "sessions", "holds": return (try path.require("target", as: QuotaTarget.self)).subject
            case "queue": return .queued(try path.require("id"))
            case "logins": return .login(try path.require("subject"))
            case "certificates": return .certificate(try path.require("name"))
            case "administrators": return .administrator(try path.require("name"))
            default: return nil
            }
        } catch {
            return nil
        }
    }

    var text: String {
        switch self {
        case .tenant(let name): name.text
        case .domain(let name), .domainAlias(let name), .claim(let name, _): name.text
        case .administrator(let name): name.text
        case .queued(let id): id.text
        case .login(let subject): subject.text
        case .address(let address), .group(let address): address.text
        case .account(let name): name.text
        case .addresses(let addresses): (addresses.first?.text ?? "") + (addresses.count > 1 ? " and \(addresses.count - 1) more" : "")
        case .alias(let address): address.text
        case .certificate(let name): name.text
        case .plan(let name): name.text
        case .applied(let number): number.text
        }
    }
}

extension AdminSubject {
    /// In the place of what is not to be recorded.
    static let noName = "(no valid name)"

    /// For the audit log. Wrong logins are counted for whatever strangers give as a name, and one who unlocks may give a password.
    var recorded: String {
        guard case .login(let subject) = self else { return text }
        let administrator = subject.text.split(separator: ":", maxSplits: 1).last.flatMap { try? AdministratorName(String($0)) }
        let isAddress = subject.text.utf8.allSatisfy(\.isAddressCharacter) && subject.text.contains { $0 == "." || $0 == ":" }
        let isAccount = (try? EmailAddress(subject.text)) != nil || administrator.map(AdministratorSessions.account) == subject.text
        return isAddress || isAccount ? subject.text : Self.noName
    }

    /// A claim is meant as the caller's own, where the caller has no other.
    func within(_ part: AdministeredPart?) -> AdminSubject {
        if let part, case .claim(let name, nil) = self { .claim(name, of: part.tenantName) } else { self }
    }
}

extension AdminCaller {
    /// Oneself, of a call about the own account and session, which names nobody.
    func own(_ call: any AnyCall) -> [AdminSubject] {
        guard call.path.noun == "session", session != nil, let name = try? AdministratorName(name) else { return [] }
        return [.administrator(name)]
    }
}

extension AnyCall {
    /// Whether an address may be under any name of its domain, as people log in, and are written to.
    var takesAnyName: Bool { isLogin || path.noun == "explanations" }
}

extension AdminSubject {
    /// An address under its domain's own name, as far as the caller administers it.
    @EventLoopActor func canonical(_ domains: DomainTable, within part: AdministeredPart? = nil) -> AdminSubject {
        switch self {
        case .address(let address): .address(domains.canonical(address, within: part))
        case .account(let name): domains.account(of: name.text).map(AdminSubject.address) ?? self
        default: self
        }
    }
}

/// The body of a request that needs no session.
protocol ProvesCaller {
    /// Who the caller is, if it proves true.
    var claimed: String { get }
}

extension AdminLogin: ProvesCaller { var claimed: String { name.text } }
extension UserPasswordChange: ProvesCaller { var claimed: String { proof.address.text } }
extension NewOwnAppPassword: ProvesCaller { var claimed: String { proof.address.text } }
extension AccountProof: ProvesCaller { var claimed: String { address.text } }
extension OwnAppPasswordRevocation: ProvesCaller { var claimed: String { proof.address.text } }

/// The body of a request that names what its path cannot: something that is yet to be made, or the company that it is made in.
protocol NamesSubjects {
    /// The first is what the call is about.
    var subjects: [AdminSubject] { get }
}

extension NewTenant: NamesSubjects { var subjects: [AdminSubject] { [.tenant(name)] } }
extension ApplyPreviewRequest: NamesSubjects { var subjects: [AdminSubject] { desired.subjects } }
extension ApplyRequest: NamesSubjects { var subjects: [AdminSubject] { desired.subjects } }
extension NewPlan: NamesSubjects { var subjects: [AdminSubject] { [.plan(name)] } }
extension NewDomain: NamesSubjects { var subjects: [AdminSubject] { [.domain(name), .tenant(tenant)] } }
extension NewDomainClaim: NamesSubjects {
    var subjects: [AdminSubject] { [.claim(name, of: tenant)] + [tenant.map { .tenant($0) }].compactMap(\.self) }
}
extension DomainAlias: NamesSubjects { var subjects: [AdminSubject] { [.domainAlias(name), .domain(domain)] } }
extension NewUser: NamesSubjects { var subjects: [AdminSubject] { [.address(address)] } }
extension UserImport: NamesSubjects {
    /// The users, and each domain, so that all of them must be the caller's.
    var subjects: [AdminSubject] {
        users.isEmpty ? [] : [.addresses(users.map(\.address))] + Set(users.map(\.address.domain)).map { .domain($0) }
    }
}
extension NewSharedMailbox: NamesSubjects { var subjects: [AdminSubject] { [.address(address)] } }
extension NewAlias: NamesSubjects { var subjects: [AdminSubject] { [.alias(address)] } }
extension NewGroup: NamesSubjects { var subjects: [AdminSubject] { [.group(address)] } }
extension QuotaRepair: NamesSubjects { var subjects: [AdminSubject] { [target?.subject].compactMap(\.self) } }
extension UserPasswordChange: NamesSubjects { var subjects: [AdminSubject] { [.account(proof.address)] } }
extension NewOwnAppPassword: NamesSubjects { var subjects: [AdminSubject] { [.account(proof.address)] } }
extension AccountProof: NamesSubjects { var subjects: [AdminSubject] { [.account(address)] } }
extension OwnAppPasswordRevocation: NamesSubjects { var subjects: [AdminSubject] { [.account(proof.address)] } }
extension QueueSelection: NamesSubjects { var subjects: [AdminSubject] { [tenant.map { .tenant($0) }].compactMap(\.self) } }
extension AdminLogin: NamesSubjects { var subjects: [AdminSubject] { [.administrator(name)] } }
extension NewAdministrator: NamesSubjects {
    var subjects: [AdminSubject] {
        [.administrator(name)] + [tenant.map { .tenant($0) }, domain.map { .domain($0) }].compactMap(\.self)
    }
}

/// The body of a request after which what its path names goes by another name.
protocol NamesDestination {
    var destination: AdminSubject? { get }
}

extension UserRename: NamesDestination { var destination: AdminSubject? { .address(address) } }
extension UserUndeletion: NamesDestination { var destination: AdminSubject? { address.map { .address($0) } } }
extension DomainRename: NamesDestination { var destination: AdminSubject? { .domain(name) } }

/// The body of a request that concerns something beside what its path names.
protocol NamesMore {
    var further: [AdminSubject] { get }
    /// What stands behind the subject in the record: such as it was asked for.
    var options: String { get }
}

extension NewHeldCopies: NamesMore {
    var further: [AdminSubject] { [.address(to)] }
    var options: String {
        "--to \(to)" + (since.map { " --since \($0)" } ?? "") + (before.map { " --before \($0)" } ?? "") + (all ? " --all" : "")
    }
}

/// A request whose record tells more than its subjects do.
protocol TellsOfItself {
    var told: String { get }
}

extension CertificateImport: TellsOfItself { var told: String { "\(certificateFile) \(keyFile)" } }

extension QueueSelection: TellsOfItself {
    var told: String {
        let filters = [("--tenant", tenant?.text), ("--recipient-domain", recipientDomain?.text)]
        return (["--all"] + filters.compactMap { name, value in value.map { "\(name) \($0)" } }).joined(separator: " ")
    }
}

extension DesiredState {
    /// A tenant; or the plans, each of them.
    fileprivate var subjects: [AdminSubject] {
        switch self {
        case .tenant(let tenant): [.tenant(tenant.name)]
        case .plans(let desired): desired.plans.map { .plan($0.name) }
        }
    }
}

extension QuotaTarget {
    var subject: AdminSubject {
        switch self {
        case .tenant(let name): .tenant(name)
        case .domain(let name): .domain(name)
        case .user(let address): .address(address)
        }
    }
}

// MARK: Whose it is

extension AdminSubject {
    /// The tenant, and the domain of it, that the subject belongs to.
    struct Owner: Equatable {
        var tenant: Int64
        var name: String
        var domain: Int64?
    }

    /// nil for what does not exist, or belongs to no tenant.
    /// - Parameter deleted: whether also what is deleted and kept belongs to somebody.
    func owner(_ database: PostgresPool, deleted: Bool = false) async throws -> Owner? {
        if case .claim(let name, let tenant) = self { return try await Self.ownerOfClaim(name, tenant, database) }
        let sql: String, parameter: PostgresValue
        let byDomain = "SELECT tenant_id, t.name, domain_id FROM domains d JOIN tenants t USING (tenant_id) WHERE d.name = $1"
        switch self {
        case .tenant(let name):
            (sql, parameter) = ("SELECT tenant_id, name, NULL::bigint FROM tenants WHERE name = $1", .text(name.text))
        // Also by one of its further names, under which it is looked at.
        case .domain(let name):
            (sql, parameter) = (
                """
                \(byDomain)
                UNION ALL SELECT tenant_id, t.name, domain_id FROM domain_aliases a JOIN tenants t USING (tenant_id) WHERE a.name = $1
                """, .text(name.text)
            )
        case .address(let address), .group(let address): (sql, parameter) = (byDomain, .text(address.domain.text))
        case .addresses(let addresses): (sql, parameter) = (byDomain, .text(addresses.first?.domain.text ?? ""))
        case .alias(let address): (sql, parameter) = (byDomain, .text(address.domain.text))
        case .domainAlias(let name):
            (sql, parameter) = (
                """
                SELECT tenant_id, t.name, domain_id FROM domain_aliases a JOIN tenants t USING (tenant_id) WHERE a.name = $1
                """, .text(name.text)
            )
        case .login(let subject):
            guard let address = try? EmailAddress(subject.text) else { return nil }
            (sql, parameter) = (byDomain, .text(address.domain.text))
        case .certificate, .plan, .claim, .account: return nil
        case .queued(let id):
            (sql, parameter) = (
                "SELECT tenant_id, t.name, NULL::bigint FROM queue_messages q JOIN tenants t USING (tenant_id) WHERE queue_id = $1",
                .int8(id.number)
            )
        case .applied(let number):
            (sql, parameter) = (
                """
                SELECT t.tenant_id, t.name, NULL::bigint FROM applies a JOIN tenants t ON t.tenant_id = a.administered_tenant
                WHERE a.number = $1
                """, .int8(number.number)
            )
        case .administrator(let name):
            (sql, parameter) = (
                """
                SELECT t.tenant_id, t.name, a.administered_domain FROM administrators a JOIN tenants t ON t.tenant_id = administered_tenant
                WHERE a.name = $1
                """, .text(name.text)
            )
        }
        let setting = PostgresStatement("SELECT set_config('casella.shows_deleted', $1, true)", [.text(deleted ? "on" : "")])
        let results = try await database.pipeline([setting, PostgresStatement(sql, [parameter])])
        guard let row = results.last?.first else { return nil }
        return Owner(tenant: try row.int8(0), name: try row.text(1), domain: try row.optionalInt8(2))
    }

    /// nil also where several claim it.
    private static func ownerOfClaim(_ name: DomainName, _ tenant: TenantName?, _ database: PostgresPool) async throws -> Owner? {
        let claims = try await database.query(
            """
            SELECT tenant_id, t.name FROM domain_claims c JOIN tenants t USING (tenant_id)
            WHERE c.name = $1 AND ($2::text IS NULL OR t.name = $2)
            """, [.text(name.text), .optionalText(tenant?.text)])
        guard claims.rows.count == 1, let row = claims.first else { return nil }
        return Owner(tenant: try row.int8(0), name: try row.text(1), domain: nil)
    }
}

/// Every call, in the order in which the manual lists them. `{address}` of a user is an `EmailAddress`, of an alias an `AliasAddress`.
public enum Calls {
    public static let createTenant = Call<NewTenant, Tenant>(.post, "/tenants", needs: .manageTenants, effect: .changes)
    public static let listTenants = Call<Nothing, [Tenant]>(.get, "/tenants", needs: .readPlatform, effect: .reads)
    public static let showTenant = Call<Nothing, Tenant>(.get, "/tenants/{name}", needs: .readPlatform, effect: .reads)
    public static let suspendTenant = Call<Nothing, Tenant>(.post, "/tenants/{name}/suspend", needs: .manageTenants, effect: .changes)
    public static let resumeTenant = Call<Nothing, Tenant>(.post, "/tenants/{name}/resume", needs: .manageTenants, effect: .changes)
    public static let deleteTenant = Call<Nothing, Nothing>(.delete, "/tenants/{name}", needs: .manageTenants, effect: .destroys)

    public static let createDomain = Call<NewDomain, Domain>(.post, "/domains", needs: .manageDomains, effect: .changes)
    public static let listDomains = Call<Nothing, [Domain]>(.get, "/domains", query: ["tenant"], needs: .readPlatform, effect: .reads)
    public static let showDomain = Call<Nothing, Domain>(.get, "/domains/{name}", needs: .readPlatform, effect: .reads)
    public static let deleteDomain = Call<Nothing, Nothing>(.delete, "/domains/{name}", needs: .manageDomains, effect: .destroys)
    public static let checkDomain = Call<Nothing, DomainCheck>(.get, "/domains/{name}/check", needs: .readPlatform, effect: .reads)

    public static let createUser = Call<NewUser, CreatedUser>(.post, "/users", needs: .manageUsers, effect: .changes)
    public static let listUsers = Call<Nothing, [User]>(.get, "/users", query: ["tenant", "domain"], needs: .readPlatform, effect: .reads)
    public static let showUser = Call<Nothing, User>(.get, "/users/{address}", needs: .readPlatform, effect: .reads)
    public static let suspendUser = Call<Nothing, User>(.post, "/users/{address}/suspend", needs: .manageUsers, effect: .changes)
    public static let resumeUser = Call<Nothing, User>(.post, "/users/{address}/resume", needs: .manageUsers, effect: .changes)
    public static let setPassword = Call<NewPassword, ChangedPassword>(
        .post, "/users/{address}/password", needs: .manageUsers, effect: .changes)
    public static let deleteUser = Call<Nothing, Nothing>(.delete, "/users/{address}", needs: .manageUsers, effect: .destroys)

    public static let createAlias = Call<NewAlias, Alias>(.post, "/aliases", needs: .manageUsers, effect: .changes)
    public static let listAliases = Call<Nothing, [Alias]>(
        .get, "/aliases", query: ["tenant", "domain"], needs: .readPlatform, effect: .reads)
    public static let showAlias = Call<Nothing, Alias>(.get, "/aliases/{address}", needs: .readPlatform, effect: .reads)
    public static let deleteAlias = Call<Nothing, Nothing>(.delete, "/aliases/{address}", needs: .manageUsers, effect: .changes)

    /// `{target}` is a `QuotaTarget`.
    public static let showQuota = Call<Nothing, QuotaReport>(.get, "/quotas/{target}", needs: .readPlatform, effect: .reads)
    public static let setQuota = Call<QuotaChange, QuotaReport>(.put, "/quotas/{target}", needs: .manageQuotas, effect: .changes)

    /// `target` is a `QuotaTarget`, compared with all that is below it; `all` lists counters that agree too.
    public static let checkQuotas = Call<Nothing, QuotaCheck>(
        .get, "/quota-checks", query: ["target", "all"], needs: .readPlatform, effect: .reads)
    public static let repairQuotas = Call<QuotaRepair, QuotaCheck>(.post, "/quota-checks", needs: .manageQuotas, effect: .changes)

    /// `{id}` is a `QueueID`.
    public static let listQueue = Call<Nothing, [QueueEntry]>(.get, "/queue", query: ["tenant"], needs: .readPlatform, effect: .reads)
    public static let showQueued = Call<Nothing, QueueEntry>(.get, "/queue/{id}", needs: .readPlatform, effect: .reads)
    public static let retryQueued = Call<Nothing, QueueEntry>(.post, "/queue/{id}/retry", needs: .manageQueue, effect: .changes)
    public static let holdQueued = Call<Nothing, QueueEntry>(.post, "/queue/{id}/hold", needs: .manageQueue, effect: .changes)
    public static let releaseQueued = Call<Nothing, QueueEntry>(.post, "/queue/{id}/release", needs: .manageQueue, effect: .changes)
    public static let deleteQueued = Call<Nothing, Nothing>(.delete, "/queue/{id}", needs: .manageQueue, effect: .destroys)

    /// `{subject}` is a `LoginSubject`.
    public static let listLogins = Call<Nothing, [WrongLogins]>(.get, "/logins", needs: .readPlatform, effect: .reads)
    public static let unlockLogins = Call<Nothing, UnlockedLogins>(
        .post, "/logins/{subject}/unlock", needs: .manageUsers, effect: .changes)

    /// `{name}` is a `WorkerName`.
    public static let listWorkers = Call<Nothing, [Worker]>(.get, "/workers", needs: .readPlatform, effect: .reads)
    public static let restartWorker = Call<Nothing, Worker>(.post, "/workers/{name}/restart", needs: .manageWorkers, effect: .changes)

    public static let names = Call<Nothing, NameList>(.get, "/names", query: ["kind", "prefix"], needs: .readPlatform, effect: .reads)
    public static let status = Call<Nothing, PlatformStatus>(.get, "/status", needs: .readPlatform, effect: .reads)

    public static let all: [any AnyCall] = [
        createTenant, listTenants, showTenant, suspendTenant, resumeTenant, deleteTenant,
        createDomain, listDomains, showDomain, deleteDomain, checkDomain,
        createUser, listUsers, showUser, suspendUser, resumeUser, setPassword, deleteUser,
        createAlias, listAliases, showAlias, deleteAlias,
        showQuota, setQuota, checkQuotas, repairQuotas,
        listQueue, showQueued, retryQueued, holdQueued, releaseQueued, deleteQueued,
        listLogins, unlockLogins, listWorkers, restartWorker, names, status,
    ]
}

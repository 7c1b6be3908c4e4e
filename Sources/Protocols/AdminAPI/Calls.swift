/// Every call. `{address}` of a user is an `EmailAddress`, of an alias an `AliasAddress`.
public enum Calls {
    public static let createTenant = Call<NewTenant, Tenant>("tenant create", .post, "/tenants", needs: .manageTenants, effect: .changes)
    public static let listTenants = Call<Nothing, [Tenant]>("tenant list", .get, "/tenants", needs: .read, effect: .reads)
    public static let showTenant = Call<Nothing, Tenant>("tenant show", .get, "/tenants/{name}", needs: .read, effect: .reads)
    public static let suspendTenant = Call<SuspensionChange, Tenant>(
        "tenant suspend", .post, "/tenants/{name}/suspend", needs: .manageTenants, effect: .changes)
    public static let resumeTenant = Call<SuspensionChange, Tenant>(
        "tenant resume", .post, "/tenants/{name}/resume", needs: .manageTenants, effect: .changes)
    /// What is deleted is kept for a while; with `now` it is destroyed, and so is what was deleted before. Of users and others too.
    public static let deleteTenant = Call<Nothing, Deletion>(
        "tenant delete", .delete, "/tenants/{name}", query: ["now"], needs: .manageTenants, effect: .destroys)
    public static let undeleteTenant = Call<Nothing, Tenant>(
        "tenant undelete", .post, "/tenants/{name}/undelete", needs: .manageTenants, effect: .changes)
    public static let compactTenant = Call<Nothing, Compaction>(
        "tenant compact", .post, "/tenants/{name}/compact", needs: .manageWorkers, effect: .changes)

    /// `{name}` is a `PlanName`.
    public static let createPlan = Call<NewPlan, Plan>("plan create", .post, "/plans", needs: .managePlans, effect: .changes)
    public static let listPlans = Call<Nothing, [Plan]>("plan list", .get, "/plans", needs: .readPlatform, effect: .reads)
    public static let showPlan = Call<Nothing, Plan>("plan show", .get, "/plans/{name}", needs: .readPlatform, effect: .reads)
    public static let setPlan = Call<LimitChanges, Plan>("plan set", .put, "/plans/{name}", needs: .managePlans, effect: .changes)
    public static let deletePlan = Call<Nothing, Nothing>("plan delete", .delete, "/plans/{name}", needs: .managePlans, effect: .changes)
    public static let assignPlan = Call<PlanAssignment, Tenant>(
        "plan assign", .put, "/tenants/{name}/plan", needs: .managePlans, effect: .changes)
    /// `{target}` is a `QuotaTarget`: a tenant or a user.
    public static let showLimits = Call<Nothing, LimitReport>("plan limits", .get, "/limits/{target}", needs: .read, effect: .reads)
    public static let overrideLimits = Call<LimitChanges, LimitReport>(
        "plan override", .put, "/limits/{target}", needs: .managePlans, effect: .changes)

    /// Desired states. `{number}` is an `ApplyNumber`.
    public static let previewApply = Call<ApplyPreviewRequest, ApplyPreview>(
        "apply --dry-run", .post, "/applies/preview", needs: .applyStates, effect: .reads)
    public static let apply = Call<ApplyRequest, Applied>("apply", .post, "/applies", needs: .applyStates, effect: .destroys)
    public static let listApplies = Call<Nothing, [ApplyRecord]>(
        "applies", .get, "/applies", query: ["tenant"], needs: .applyStates, effect: .reads)
    public static let previewUndo = Call<Nothing, ApplyPreview>(
        "undo --dry-run", .get, "/applies/{number}/undo", needs: .applyStates, effect: .reads)
    public static let undo = Call<UndoRequest, Applied>(
        "undo", .post, "/applies/{number}/undo", needs: .applyStates, effect: .destroys)
    public static let exportState = Call<Nothing, DesiredTenant>(
        "export", .get, "/tenants/{name}/state", needs: .applyStates, effect: .reads)

    public static let createDomain = Call<NewDomain, Domain>("domain create", .post, "/domains", needs: .manageDomains, effect: .changes)
    public static let listDomains = Call<Nothing, [Domain]>(
        "domain list", .get, "/domains", query: ["tenant"], needs: .read, effect: .reads)
    public static let showDomain = Call<Nothing, Domain>("domain show", .get, "/domains/{name}", needs: .read, effect: .reads)
    public static let renameDomain = Call<DomainRename, Domain>(
        "domain rename", .post, "/domains/{name}/rename", needs: .manageDomains, effect: .changes)
    public static let deleteDomain = Call<Nothing, Deletion>(
        "domain delete", .delete, "/domains/{name}", query: ["now"], needs: .manageDomains, effect: .destroys)
    public static let undeleteDomain = Call<Nothing, Domain>(
        "domain undelete", .post, "/domains/{name}/undelete", needs: .manageDomains, effect: .changes)
    public static let checkDomain = Call<Nothing, DomainCheck>("domain check", .get, "/domains/{name}/check", needs: .read, effect: .reads)
    /// `host` is another name of the mail host.
    public static let domainRecords = Call<Nothing, [DNSRecord]>(
        "domain dns", .get, "/domains/{name}/dns", query: ["host"], needs: .read, effect: .reads)
    public static let setMTASTS = Call<MTASTSChange, MTASTSSetting>(
        "domain mta-sts", .put, "/domains/{name}/mta-sts", needs: .publishPolicies, effect: .changes)
    public static let createDomainAlias = Call<DomainAlias, Domain>(
        "domain alias", .post, "/domain-aliases", needs: .manageDomains, effect: .changes)
    public static let deleteDomainAlias = Call<Nothing, Nothing>(
        "domain unalias", .delete, "/domain-aliases/{name}", needs: .manageDomains, effect: .changes)

    public static let createDKIMKeys = Call<NewDKIMKeys, [DKIMKey]>(
        "dkim create", .post, "/domains/{name}/dkim", needs: .manageSigning, effect: .changes)
    public static let activateDKIMKeys = Call<Nothing, [DKIMKey]>(
        "dkim activate", .post, "/domains/{name}/dkim/activate", query: ["unchecked"], needs: .manageSigning, effect: .changes)
    public static let listDKIMKeys = Call<Nothing, [DKIMKey]>(
        "dkim list", .get, "/dkim", query: ["tenant", "domain"], needs: .read, effect: .reads)
    public static let showDKIMKeys = Call<Nothing, [DKIMKey]>(
        "dkim show", .get, "/domains/{name}/dkim", needs: .read, effect: .reads)
    /// `{selector}` is a `DKIMSelector`.
    public static let deleteDKIMKey = Call<Nothing, Nothing>(
        "dkim delete", .delete, "/domains/{name}/dkim/{selector}", needs: .manageSigning, effect: .changes)

    /// `tenant` is needed where several tenants claim the domain, of those who administer more than one.
    public static let claimDomain = Call<NewDomainClaim, DomainClaim>(
        "domain claim", .post, "/claims", needs: .claimDomains, effect: .changes)
    public static let verifyDomain = Call<Nothing, Domain>(
        "domain verify", .post, "/claims/{name}/verify", query: ["tenant"], needs: .claimDomains, effect: .changes)
    public static let listClaims = Call<Nothing, [DomainClaim]>(
        "domain claims", .get, "/claims", query: ["tenant"], needs: .claimDomains, effect: .reads)
    public static let unclaimDomain = Call<Nothing, Nothing>(
        "domain unclaim", .delete, "/claims/{name}", query: ["tenant"], needs: .claimDomains, effect: .changes)

    public static let createUser = Call<NewUser, CreatedUser>("user create", .post, "/users", needs: .manageUsers, effect: .changes)
    public static let importUsers = Call<UserImport, UserImportReport>(
        "user import", .post, "/users/import", needs: .manageUsers, effect: .changes)
    public static let listUsers = Call<Nothing, [User]>(
        "user list", .get, "/users", query: ["tenant", "domain"], needs: .read, effect: .reads)
    public static let showUser = Call<Nothing, User>("user show", .get, "/users/{address}", needs: .read, effect: .reads)
    public static let suspendUser = Call<SuspensionChange, User>(
        "user suspend", .post, "/users/{address}/suspend", needs: .manageUsers, effect: .changes)
    public static let resumeUser = Call<SuspensionChange, User>(
        "user resume", .post, "/users/{address}/resume", needs: .manageUsers, effect: .changes)
    public static let setPassword = Call<NewPassword, ChangedPassword>(
        "user password", .post, "/users/{address}/password", needs: .managePasswords, effect: .changes)
    public static let demandPassword = Call<PasswordDemand, User>(
        "user must-change", .post, "/users/{address}/must-change", needs: .managePasswords, effect: .changes)
    public static let enableOneTimePasswords = Call<Nothing, OneTimePasswordSecret>(
        "user totp", .post, "/users/{address}/totp", needs: .managePasswords, effect: .changes)
    public static let disableOneTimePasswords = Call<Nothing, User>(
        "user totp --off", .delete, "/users/{address}/totp", needs: .managePasswords, effect: .changes)
    /// A person's own, without a session: the body proves whose it is.
    public static let changePassword = Call<UserPasswordChange, Nothing>(
        "user change-password", .post, "/self/password", needs: .own, effect: .changes)
    public static let renameUser = Call<UserRename, User>(
        "user rename", .post, "/users/{address}/rename", needs: .manageUsers, effect: .changes)
    public static let deleteUser = Call<Nothing, Deletion>(
        "user delete", .delete, "/users/{address}", query: ["now"], needs: .manageUsers, effect: .destroys)
    public static let undeleteUser = Call<UserUndeletion, User>(
        "user undelete", .post, "/users/{address}/undelete", needs: .manageUsers, effect: .changes)

    /// A person's own, as `changePassword`.
    public static let createOwnAppPassword = Call<NewOwnAppPassword, CreatedAppPassword>(
        "self app-password", .post, "/self/app-passwords", needs: .own, effect: .changes)
    /// Proved in the body, as all that is one's own: no address could keep a password secret.
    public static let listOwnAppPasswords = Call<AccountProof, [AppPassword]>(
        "self app-passwords", .post, "/self/app-passwords/list", needs: .own, effect: .reads)
    public static let revokeOwnAppPassword = Call<OwnAppPasswordRevocation, Nothing>(
        "self revoke", .post, "/self/app-passwords/revoke", needs: .own, effect: .changes)
    /// `{name}` is an `AppPasswordName`.
    public static let createAppPassword = Call<NewAppPassword, CreatedAppPassword>(
        "app-password create", .post, "/users/{address}/app-passwords", needs: .managePasswords, effect: .changes)
    public static let listAppPasswords = Call<Nothing, [AppPassword]>(
        "app-password list", .get, "/users/{address}/app-passwords", needs: .read, effect: .reads)
    public static let deleteAppPassword = Call<Nothing, Nothing>(
        "app-password delete", .delete, "/users/{address}/app-passwords/{name}", needs: .managePasswords, effect: .changes)

    public static let createAlias = Call<NewAlias, Alias>("alias create", .post, "/aliases", needs: .manageUsers, effect: .changes)
    public static let listAliases = Call<Nothing, [Alias]>(
        "alias list", .get, "/aliases", query: ["tenant", "domain"], needs: .read, effect: .reads)
    public static let showAlias = Call<Nothing, Alias>("alias show", .get, "/aliases/{address}", needs: .read, effect: .reads)
    public static let deleteAlias = Call<Nothing, Deletion>(
        "alias delete", .delete, "/aliases/{address}", query: ["now"], needs: .manageUsers, effect: .destroys)
    public static let undeleteAlias = Call<Nothing, UndeletedAlias>(
        "alias undelete", .post, "/aliases/{address}/undelete", needs: .manageUsers, effect: .changes)

    public static let createGroup = Call<NewGroup, Group>("group create", .post, "/groups", needs: .manageUsers, effect: .changes)
    /// Without the members.
    public static let listGroups = Call<Nothing, [Group]>(
        "group list", .get, "/groups", query: ["tenant", "domain"], needs: .read, effect: .reads)
    public static let showGroup = Call<Nothing, Group>("group show", .get, "/groups/{address}", needs: .read, effect: .reads)
    public static let setGroup = Call<GroupChange, Group>("group set", .put, "/groups/{address}", needs: .manageUsers, effect: .changes)
    public static let addMembers = Call<GroupMembers, Group>(
        "group add", .post, "/groups/{address}/add", needs: .manageUsers, effect: .changes)
    public static let removeMembers = Call<GroupMembers, Group>(
        "group remove", .post, "/groups/{address}/remove", needs: .manageUsers, effect: .changes)
    public static let deleteGroup = Call<Nothing, Deletion>(
        "group delete", .delete, "/groups/{address}", query: ["now"], needs: .manageUsers, effect: .destroys)
    public static let undeleteGroup = Call<Nothing, UndeletedGroup>(
        "group undelete", .post, "/groups/{address}/undelete", needs: .manageUsers, effect: .changes)

    public static let createSharedMailbox = Call<NewSharedMailbox, SharedMailbox>(
        "mailbox create", .post, "/mailboxes", needs: .manageUsers, effect: .changes)
    /// Without the members.
    public static let listSharedMailboxes = Call<Nothing, [SharedMailbox]>(
        "mailbox list", .get, "/mailboxes", query: ["tenant", "domain"], needs: .read, effect: .reads)
    public static let showSharedMailbox = Call<Nothing, SharedMailbox>(
        "mailbox show", .get, "/mailboxes/{address}", needs: .read, effect: .reads)
    public static let addSharedMembers = Call<NewSharedMembers, SharedMailbox>(
        "mailbox add", .post, "/mailboxes/{address}/add", needs: .manageUsers, effect: .changes)
    public static let removeSharedMembers = Call<GoneSharedMembers, SharedMailbox>(
        "mailbox remove", .post, "/mailboxes/{address}/remove", needs: .manageUsers, effect: .changes)
    public static let deleteSharedMailbox = Call<Nothing, Deletion>(
        "mailbox delete", .delete, "/mailboxes/{address}", query: ["now"], needs: .manageUsers, effect: .destroys)

    public static let setVacation = Call<NewVacation, Vacation>(
        "vacation set", .put, "/users/{address}/vacation", needs: .manageUsers, effect: .changes)
    public static let showVacation = Call<Nothing, Vacation>(
        "vacation show", .get, "/users/{address}/vacation", needs: .read, effect: .reads)
    public static let clearVacation = Call<Nothing, Nothing>(
        "vacation clear", .delete, "/users/{address}/vacation", needs: .manageUsers, effect: .changes)
    public static let listVacations = Call<Nothing, [Vacation]>(
        "vacation list", .get, "/vacations", query: ["tenant", "domain"], needs: .read, effect: .reads)

    public static let setForward = Call<NewForward, Forward>(
        "forward set", .put, "/users/{address}/forward", needs: .manageUsers, effect: .changes)
    public static let showForward = Call<Nothing, Forward>(
        "forward show", .get, "/users/{address}/forward", needs: .read, effect: .reads)
    public static let clearForward = Call<Nothing, Nothing>(
        "forward clear", .delete, "/users/{address}/forward", needs: .manageUsers, effect: .changes)
    public static let listForwards = Call<Nothing, [Forward]>(
        "forward list", .get, "/forwards", query: ["tenant", "domain"], needs: .read, effect: .reads)

    /// What is deleted and kept.
    public static let listDeleted = Call<Nothing, [KeptDeletion]>(
        "deleted list", .get, "/deleted", query: ["tenant"], needs: .read, effect: .reads)
    /// `{target}` is a `QuotaTarget`, deleted or not.
    public static let setHold = Call<NewHold, Hold>("hold set", .post, "/holds/{target}", needs: .manageHolds, effect: .changes)
    public static let releaseHold = Call<Nothing, Nothing>(
        "hold release", .delete, "/holds/{target}", needs: .manageHolds, effect: .destroys)
    /// Of the user, or users, of an address, into folders of a shared mailbox that are made for it.
    public static let copyHeld = Call<NewHeldCopies, HeldCopies>(
        "hold copy", .post, "/holds/{target}/copy", needs: .manageHolds, effect: .changes)
    public static let listHolds = Call<Nothing, [Hold]>("hold list", .get, "/holds", needs: .readPlatform, effect: .reads)

    /// `{target}` is a `QuotaTarget`.
    public static let showQuota = Call<Nothing, QuotaReport>("quota show", .get, "/quotas/{target}", needs: .read, effect: .reads)
    public static let setQuota = Call<QuotaChange, QuotaReport>(
        "quota set", .put, "/quotas/{target}", needs: .manageQuotas, effect: .changes)

    /// `target` is a `QuotaTarget`, compared with all that is below it; `all` lists counters that agree too.
    public static let checkQuotas = Call<Nothing, QuotaCheck>(
        "quota check", .get, "/quota-checks", query: ["target", "all"], needs: .readPlatform, effect: .reads)
    public static let repairQuotas = Call<QuotaRepair, QuotaCheck>(
        "quota check --repair", .post, "/quota-checks", needs: .manageWorkers, effect: .changes)

    /// `{subject}` is a `LoginSubject`.
    public static let listLogins = Call<Nothing, [WrongLogins]>("login list", .get, "/logins", needs: .readPlatform, effect: .reads)
    public static let unlockLogins = Call<Nothing, UnlockedLogins>(
        "login unlock", .post, "/logins/{subject}/unlock", needs: .managePasswords, effect: .changes)

    /// `{target}` is a `QuotaTarget`: a tenant, a domain or a user.
    public static let listSessions = Call<Nothing, [UserSession]>(
        "session list", .get, "/sessions", query: ["target"], needs: .read, effect: .reads)
    public static let listPastLogins = Call<Nothing, [UserLogin]>(
        "session history", .get, "/session-history", query: ["target", "since", "until", "before", "count"], needs: .read, effect: .reads)
    public static let endSessions = Call<Nothing, EndedSessions>(
        "session end", .post, "/sessions/{target}/end", needs: .managePasswords, effect: .changes)

    /// `{name}` is a `WorkerName`.
    public static let listWorkers = Call<Nothing, [Worker]>("worker list", .get, "/workers", needs: .readPlatform, effect: .reads)
    public static let restartWorker = Call<Nothing, Worker>(
        "worker restart", .post, "/workers/{name}/restart", needs: .manageWorkers, effect: .changes)

    /// `{name}` is a `CertificateName`.
    public static let importCertificate = Call<CertificateImport, Certificate>(
        "certificate import", .post, "/certificates", needs: .manageCertificates, effect: .changes)
    public static let listCertificates = Call<Nothing, [Certificate]>(
        "certificate list", .get, "/certificates", needs: .readPlatform, effect: .reads)
    public static let showCertificate = Call<Nothing, Certificate>(
        "certificate show", .get, "/certificates/{name}", needs: .readPlatform, effect: .reads)
    public static let deleteCertificate = Call<Nothing, Nothing>(
        "certificate delete", .delete, "/certificates/{name}", needs: .manageCertificates, effect: .changes)

    /// `{name}` is an `AdministratorName`.
    public static let createAdministrator = Call<NewAdministrator, AdministratorSecrets>(
        "administrator create", .post, "/administrators", needs: .manageAdministrators, effect: .changes)
    public static let listAdministrators = Call<Nothing, [Administrator]>(
        "administrator list", .get, "/administrators", needs: .manageAdministrators, effect: .reads)
    public static let showAdministrator = Call<Nothing, Administrator>(
        "administrator show", .get, "/administrators/{name}", needs: .manageAdministrators, effect: .reads)
    public static let suspendAdministrator = Call<Nothing, Administrator>(
        "administrator suspend", .post, "/administrators/{name}/suspend", needs: .manageAdministrators, effect: .changes)
    public static let resumeAdministrator = Call<Nothing, Administrator>(
        "administrator resume", .post, "/administrators/{name}/resume", needs: .manageAdministrators, effect: .changes)
    public static let setAdministratorPassword = Call<NewPassword, AdministratorSecrets>(
        "administrator password", .post, "/administrators/{name}/password", needs: .manageAdministrators, effect: .changes)
    public static let renewOneTimePassword = Call<Nothing, AdministratorSecrets>(
        "administrator totp", .post, "/administrators/{name}/totp", needs: .manageAdministrators, effect: .changes)
    public static let deleteAdministrator = Call<Nothing, Nothing>(
        "administrator delete", .delete, "/administrators/{name}", needs: .manageAdministrators, effect: .destroys)

    /// One's own. `logIn` needs no token.
    public static let logIn = Call<AdminLogin, AdminToken>("session login", .post, "/session", needs: .own, effect: .changes)
    public static let showSession = Call<Nothing, AdminSession>("session show", .get, "/session", needs: .own, effect: .reads)
    public static let setOwnPassword = Call<OwnPasswordChange, Nothing>(
        "session password", .post, "/session/password", needs: .own, effect: .changes)
    public static let logOut = Call<Nothing, Nothing>("session logout", .delete, "/session", needs: .own, effect: .changes)

    /// The newest `count` events (at most `AuditEvent.maximum`) before the event `before`, newest first; of the tenant `tenant` alone
    /// if it is given; with `changes`, without what was only read or tried.
    public static let listAudit = Call<Nothing, [AuditEvent]>(
        "audit list", .get, "/audit", query: ["tenant", "before", "count", "changes"], needs: .readAudit, effect: .reads)
    public static let verifyAudit = Call<Nothing, AuditVerification>(
        "audit verify", .get, "/audit-verification", needs: .readPlatform, effect: .reads)

    /// Days are `Day`s.
    public static let listUsage = Call<Nothing, [UsageDay]>(
        "usage", .get, "/usage", query: ["tenant", "from", "to"], needs: .read, effect: .reads)

    /// What the rules say of mail from `from` to `address`, of `size` octets; of a login as `address` to `service` from the host `from`;
    /// and of mail that `address` sends as `as` to `to`. All but `address` may be left out.
    public static let explainDelivery = Call<ExplainedMessage, Explanation>(
        "explain delivery", .post, "/explanations/delivery", query: ["address", "from", "size"], needs: .read, effect: .reads)
    public static let explainLogin = Call<Nothing, Explanation>(
        "explain login", .get, "/explanations/login", query: ["address", "service", "from"], needs: .read, effect: .reads)
    public static let explainSending = Call<ExplainedMessage, Explanation>(
        "explain send", .post, "/explanations/sending", query: ["address", "as", "to", "size"], needs: .read, effect: .reads)

    public static let names = Call<Nothing, NameList>(
        "names", .get, "/names", query: ["kind", "prefix", "of"], needs: .read, effect: .reads)
    public static let status = Call<Nothing, PlatformStatus>("status", .get, "/status", needs: .readPlatform, effect: .reads)
    public static let showLoad = Call<Nothing, PlatformLoad>("top", .get, "/load", needs: .readPlatform, effect: .reads)
}

import ArgumentParser

/// The root of the commands: `casella NOUN VERB …`.
package struct Casella: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "casella", abstract: "Administers a Casella mail platform.",
        discussion: """
            Without a command it opens an interactive shell; `casella run FILE` performs a file of commands. The options --data DIR, \
            --server HOST, --format table|json|csv, --yes and --dry-run may stand anywhere on a line.

            Exit status: 0 done; 1 abandoned at a question; 2 a part was refused, or what was checked is wrong; 64 a line that is not \
            understood; 65 a wrong value; 66 no such thing; 69 the platform cannot be reached; 70 a fault of Casella; 73 there already; \
            74 the result could not be written; 75 no answer in time, or too many calls; 76 the state does not allow it; 77 not allowed; \
            130 Ctrl-C. With --format json an error is an object {"error": {"code": …, "message": …, "hint": …}} on standard error.
            """,
        version: "casella 0.1",
        subcommands: [
            TenantCommands.self, PlanCommands.self, DomainCommands.self, DKIMCommands.self, UserCommands.self, AppPasswordCommands.self,
            SelfCommands.self, AliasCommands.self, GroupCommands.self, SharedMailboxCommands.self, VacationCommands.self,
            ForwardCommands.self,
            DeletedCommands.self, HoldCommands.self, QuotaCommands.self, QueueCommands.self, LoginCommands.self, WorkerCommands.self,
            CertificateCommands.self,
            AdministratorCommands.self, RoleCommands.self, ExplainCommands.self, SessionCommands.self, AuditCommands.self, ShowUsage.self,
            ApplyFile.self, UndoApply.self, ListApplies.self, ExportTenant.self, ShowStatus.self, ShowTop.self, ShowLog.self, RunBatch.self,
            WriteManual.self, PrintCompletion.self, CompleteLine.self,
        ])
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}
}

package struct TenantCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Tenants: the companies whose mail lives here.",
        subcommands: [
            CreateTenant.self, ListTenants.self, ShowTenant.self, SuspendTenant.self, ResumeTenant.self, DeleteTenant.self,
            UndeleteTenant.self, CompactTenant.self,
        ])
    package init() {}
}

package struct PlanCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Plans: named sets of limits that tenants have.",
        subcommands: [
            CreatePlan.self, ListPlans.self, ShowPlan.self, SetPlan.self, DeletePlan.self, AssignPlan.self, ShowLimits.self,
            OverrideLimits.self,
        ])
    package init() {}
}

package struct DomainCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "The tenants' mail domains.",
        subcommands: [
            CreateDomain.self, ListDomains.self, ShowDomain.self, RenameDomain.self, DeleteDomain.self, UndeleteDomain.self,
            CreateDomainAlias.self,
            DeleteDomainAlias.self, PrintDNS.self, CheckDomain.self, SetMTASTS.self, ClaimDomain.self, VerifyDomain.self, ListClaims.self,
            UnclaimDomain.self,
        ])
    package init() {}
}

package struct UserCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users: an address, a mailbox and a login.",
        subcommands: [
            CreateUser.self, ImportUsers.self, ListUsers.self, ShowUser.self, SuspendUser.self, ResumeUser.self, SetPassword.self,
            DemandPassword.self, ChangeOneTimePasswords.self, ChangePassword.self, RenameUser.self, DeleteUser.self, UndeleteUser.self,
        ])
    package init() {}
}

package struct DeletedCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "deleted", abstract: "What is deleted, and kept for a while.", subcommands: [ListDeleted.self])
    package init() {}
}

package struct HoldCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Legal holds: what they are on is not destroyed.",
        subcommands: [SetHold.self, ReleaseHold.self, CopyHeld.self, ListHolds.self])
    package init() {}
}

package struct AliasCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Addresses that lead to other addresses.",
        subcommands: [CreateAlias.self, ListAliases.self, ShowAlias.self, DeleteAlias.self, UndeleteAlias.self])
    package init() {}
}

package struct GroupCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Addresses that lead to members, and who may send to them.",
        subcommands: [
            CreateGroup.self, ListGroups.self, ShowGroup.self, SetGroup.self, AddMembers.self, RemoveMembers.self, DeleteGroup.self,
            UndeleteGroup.self,
        ])
    package init() {}
}

package struct SharedMailboxCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "mailbox", abstract: "Shared mailboxes: without a login, opened by users beside their own.",
        subcommands: [
            CreateSharedMailbox.self, ListSharedMailboxes.self, ShowSharedMailbox.self, AddSharedMembers.self, RemoveSharedMembers.self,
            DeleteSharedMailbox.self,
        ])
    package init() {}
}

package struct VacationCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "vacation", abstract: "What people who write to a user are told while the user is away.",
        subcommands: [SetVacation.self, ShowVacation.self, ClearVacation.self, ListVacations.self])
    package init() {}
}

package struct ForwardCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "forward", abstract: "Where else a user's mail goes.",
        subcommands: [SetForward.self, ShowForward.self, ClearForward.self, ListForwards.self])
    package init() {}
}

package struct QuotaCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "quota", abstract: "Limits on storage, at three levels: user, domain, tenant.",
        subcommands: [ShowQuota.self, SetQuota.self, CheckQuota.self])
    package init() {}
}

package struct QueueCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Mail that waits to be passed on.",
        subcommands: [ListQueue.self, ShowQueued.self, RetryQueued.self, HoldQueued.self, ReleaseQueued.self, DeleteQueued.self])
    package init() {}
}

package struct LoginCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Wrong logins, and who is refused for them.", subcommands: [ListLogins.self, UnlockLogins.self])
    package init() {}
}

package struct WorkerCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "The processes of the platform.", subcommands: [ListWorkers.self, RestartWorker.self])
    package init() {}
}

package struct AdministratorCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "administrator", abstract: "Who administers the platform, a tenant or a domain.",
        subcommands: [
            CreateAdministrator.self, ListAdministrators.self, ShowAdministrator.self, SuspendAdministrator.self,
            ResumeAdministrator.self, SetAdministratorPassword.self, RenewOneTimePassword.self, DeleteAdministrator.self,
        ])
    package init() {}
}

package struct RoleCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "role", abstract: "What administrators may do.", subcommands: [ListRoles.self])
    package init() {}
}

package struct ExplainCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "What the rules say of a message or a login, without it happening.",
        subcommands: [ExplainDelivery.self, ExplainLogin.self, ExplainSending.self])
    package init() {}
}

package struct SessionCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Who is logged in, or was: users' mail programs, and yourself to a platform on another machine.",
        subcommands: [
            ListSessions.self, ListPastLogins.self, EndSessions.self, LogIn.self, ShowSession.self, SetOwnPassword.self, LogOut.self,
        ])
    package init() {}
}

package struct AuditCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "What administrators did.", subcommands: [ListAudit.self, VerifyAudit.self])
    package init() {}
}

package struct CertificateCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "The certificates that the platform shows, by host name.",
        subcommands: [ImportCertificate.self, ListCertificates.self, ShowCertificate.self, DeleteCertificate.self])
    package init() {}
}

package struct DKIMCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "dkim", abstract: "Keys that sign the mail of a domain, so that receivers believe where it is from.",
        subcommands: [
            CreateDKIMKeys.self, ActivateDKIMKeys.self, ListDKIMKeys.self, ShowDKIMKeys.self, DeleteDKIMKey.self,
        ])
    package init() {}
}

package struct AppPasswordCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "app-password", abstract: "Passwords for single devices of a user.",
        subcommands: [CreateAppPassword.self, ListAppPasswords.self, DeleteAppPassword.self])
    package init() {}
}

package struct SelfCommands: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "self", abstract: "What people do with their own mail account, from another machine.",
        subcommands: [CreateOwnAppPassword.self, ListOwnAppPasswords.self, RevokeOwnAppPassword.self])
    package init() {}
}

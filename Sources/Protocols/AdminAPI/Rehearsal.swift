/// Trying a call without doing it: `dryRun=true` in the query. All is checked, the answer is that of the real call, and nothing stays.
public enum Rehearsal {
    public static let parameter = "dryRun"

    /// Calls whose whole effect is in the database, where it can be taken back, and on those who are told of it; and some that can say
    /// what they would do: those of the queue, of sessions, of certificates, of processes, of wrong logins and of counters, and the end of
    /// a tenant. A new call is none of them until somebody has seen to it that a trial of it does nothing.
    fileprivate static let commands: Set<String> = [
        "tenant create", "tenant suspend", "tenant resume", "tenant delete", "tenant undelete", "tenant compact", "plan create",
        "plan set", "plan delete", "plan assign", "plan override", "domain claim", "domain unclaim", "domain verify", "domain create",
        "domain rename", "domain alias", "domain unalias", "domain mta-sts", "dkim create", "dkim activate", "dkim delete",
        "user create", "user import", "user suspend", "user resume", "user password", "user must-change", "user change-password",
        "user rename", "user delete", "user undelete", "domain delete", "domain undelete", "app-password create", "app-password delete",
        "self app-password", "self revoke", "alias create", "alias delete", "alias undelete", "group create", "group set", "group add",
        "group remove", "group delete", "group undelete", "mailbox create", "mailbox add", "mailbox remove", "mailbox delete",
        "vacation set", "vacation clear", "forward set", "forward clear", "quota set", "quota check --repair", "hold set", "hold release",
        "hold copy", "user totp", "user totp --off", "administrator create", "administrator suspend", "administrator resume",
        "administrator password", "administrator totp", "administrator delete", "queue retry", "queue hold", "queue release",
        "queue delete", "queue retry --all", "queue hold --all", "queue release --all", "queue delete --all", "login unlock", "session end",
        "session password", "worker restart", "certificate import", "certificate delete",
    ]

    /// The others, and why.
    public static let exceptions: [String: String] = [
        "apply": "What it would do is shown by a call of its own, `apply --dry-run`.",
        "undo": "What it would do is shown by a call of its own, `undo --dry-run`.",
        "session login": "Nothing is changed but that you are logged in, and the proof of it uses up a one-time password.",
        "session logout": "Nothing is changed but that you are logged out.",
    ]
}

extension AnyCall {
    /// Whether it can be tried; a call that only reads is one anyway.
    public var canBeTried: Bool { effect == .reads || Rehearsal.commands.contains(command) }

    /// What is said to who tries it all the same.
    public var trialRefusal: AdminError {
        let reason = Rehearsal.exceptions[command].map { "\($0)\n" } ?? ""
        return AdminError(
            .invalid, "`\(command)` cannot be tried without being done.", hint: "\(reason)Leave --dry-run out to do it.")
    }
}

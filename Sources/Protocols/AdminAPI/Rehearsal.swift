/// Trying a call without doing it: `dryRun=true` in the query. All is checked, the answer is that of the real call, and nothing stays.
public enum Rehearsal {
    public static let parameter = "dryRun"

    /// Calls whose whole effect is in the database, where it can be taken back, and on those who are told of it; and some that can say
    /// what they would do: those of the queue, of sessions and of certificates, and the end of a tenant.
    fileprivate static let commands: Set<String> = [
        "tenant create", "tenant suspend", "tenant resume", "tenant delete", "tenant undelete", "plan create", "plan set",
        "plan delete", "plan assign", "plan override", "domain claim", "domain unclaim", "domain create", "domain rename",
        "domain alias", "domain unalias", "domain mta-sts", "user create", "user import", "user suspend", "user resume",
        "user password", "user must-change", "user rename", "user delete", "user undelete", "domain delete", "domain undelete",
        "app-password create", "app-password delete", "alias create", "alias delete", "group create", "group set", "group add",
        "group remove", "group delete", "mailbox create", "mailbox add", "mailbox remove", "mailbox delete", "vacation set",
        "vacation clear", "quota set", "hold set", "hold release", "hold copy", "user totp", "user totp --off", "administrator create",
        "administrator suspend", "administrator resume", "administrator password", "administrator totp", "administrator delete",
        "queue retry", "queue hold", "queue release", "queue delete", "session end", "certificate import", "certificate delete",
    ]
}

extension AnyCall {
    /// Whether it can be tried; a call that only reads is one anyway.
    public var canBeTried: Bool { effect == .reads || Rehearsal.commands.contains(command) }
}

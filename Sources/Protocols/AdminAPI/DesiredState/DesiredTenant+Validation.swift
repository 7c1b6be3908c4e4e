extension DesiredTenant {
    /// What is wrong whatever there is.
    func validate() throws(AdminError) {
        let counts = [
            (domains.count, "domains"), (users.count + mailboxes.count, "users"), (aliases.count, "aliases"), (groups.count, "groups"),
        ]
        for (count, noun) in counts where count > Self.limit {
            throw AdminError(.invalid, "The tenant \(name) would have more than \(Self.limit) \(noun).")
        }
        try quota?.validate(at: .tenant)
        try limits?.validate(for: .tenant)
        try Self.validate(suspended, suspensionReason, of: name.text)
        try Self.requireOnce(domains.map(\.name.text) + domains.flatMap { ($0.aliases ?? []).map(\.text) })
        try Self.requireOnce(
            users.map(\.address.text) + mailboxes.map(\.address.text) + aliases.map(\.address.text) + groups.map(\.address.text))
        for domain in domains { try domain.quota?.validate(at: .domain) }
        for user in users {
            try user.quota?.validate(at: .user)
            try user.limits?.validate(for: .user)
            try Self.validate(user.suspended, user.suspensionReason, of: user.address.text)
            try user.vacation?.settings?.validate()
            try user.forward?.settings?.validate()
        }
        for mailbox in mailboxes {
            try mailbox.validate()
            try Self.validate(mailbox.suspended, mailbox.suspensionReason, of: mailbox.address.text)
        }
        for alias in aliases where !(1...NewAlias.maximumTargets).contains(Set(alias.targets).count) {
            throw AdminError(.invalid, "The alias \(alias.address) has 1 to \(NewAlias.maximumTargets) targets.")
        }
        for group in groups { try group.validate() }
    }

    private static func requireOnce(_ names: [String]) throws(AdminError) {
        var seen: Set<[UInt8]> = []
        for name in names where !seen.insert(Array(name.utf8)).inserted {
            throw AdminError(.invalid, "\(name) is written twice.", hint: "Each name is one thing's.")
        }
    }

    private static func validate(_ suspended: [Suspendable]?, _ reason: SuspensionReason?, of name: String) throws(AdminError) {
        guard reason != nil, suspended?.isEmpty != false else { return }
        throw AdminError(.invalid, "\(name) has a reason for a suspension, and nothing is suspended.", hint: "Write what is suspended.")
    }
}

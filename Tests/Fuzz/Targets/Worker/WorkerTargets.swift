extension FuzzTarget {
    /// What users' mail programs say, as a tenant's worker reads it beside the protocols.
    static let worker: [FuzzTarget] = [
        FuzzTarget("imap-subscription", SharedSubscriptions.check),
        FuzzTarget("smtp-submitted", SubmittedMessages.check),
    ]
}

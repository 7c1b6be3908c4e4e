extension FuzzTarget {
    static let imap: [FuzzTarget] = [
        FuzzTarget("imap-reader", IMAPFraming.check),
        FuzzTarget("imap-login", IMAPLogin.check),
        FuzzTarget("imap-command", IMAPCommands.check),
        FuzzTarget("imap-search", IMAPCommands.checkSearch),
        FuzzTarget("imap-fetch", IMAPCommands.checkFetch),
        FuzzTarget("imap-sequence", IMAPSequences.check),
        FuzzTarget("imap-date", IMAPDates.check),
        FuzzTarget("imap-mailbox", IMAPMailboxes.check),
        FuzzTarget("imap-pattern", IMAPPatterns.check),
    ]
}

/// How numbers are kept from being given twice when the end of the blob log is lost.
///
/// A worker tells UIDs and change numbers as soon as the log holds their message; the message's row and the mailbox's counters follow.
/// When a worker is killed in between, and the end of the log is damaged or cut off then, nothing tells any more which numbers were given.
/// So the lease says whether its holder may be ahead of the rows: from its start until it has ended with all of them committed. Each end
/// without that is counted, and each mailbox goes on so much further for it than its counters say, which is further than the log may
/// have gone. That is reckoned when the counters are read, and written when they change: no start waits for it.
///
/// Mail programs take gaps for what they are (RFC 9051 §2.3.1.1). A mailbox has room for a quarter of a million of such ends.
package enum UncleanEnds {
    /// UIDs, and change numbers, of a mailbox that the log may give ahead of the committed counters; and what each end skips of them.
    package static let margin = 1 << 14
    /// Nothing beyond it is skipped: better a mailbox that takes mail.
    private static let lastSkipped = UID.max - (1 << 24)

    // SQL: the counters of a row of `mailboxes` by the name `b`, after so many ends.
    static func uidNext(after ends: String) -> String {
        "greatest(b.uidnext, least(b.uidnext + (\(ends) - b.unclean_ends) * \(margin), \(lastSkipped)))"
    }

    static func highestModSeq(after ends: String) -> String { "b.highestmodseq + (\(ends) - b.unclean_ends) * \(margin)" }
}

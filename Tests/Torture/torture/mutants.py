"""The mutants: faults of one line each that the tester must find. How they get into a server is told in mutation.py."""


import dataclasses

STORE = "Sources/Services/MailStore/"
IMAP = "Sources/Roles/TenantWorker/IMAP/"


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    """What goes wrong."""
    fault: str
    file: str
    line: str
    """In place of `line`; MUTANT in it is true while this mutant is awake."""
    instead: str
    """The fault shows only when workers are killed."""
    needs_kills: bool = False


MUTANTS = [
    Mutant(
        "expunge-in-fetch",
        "EXPUNGE is sent while FETCH, STORE or SEARCH is answered",
        IMAP + "Session/IMAPConnection.swift",
        "report(expunges: tagged.maySendExpunge)",
        "report(expunges: MUTANT || tagged.maySendExpunge)",
    ),
    Mutant(
        "expunge-numbers-unshifted",
        "several EXPUNGE responses count as if the ones before had not shifted the numbers",
        STORE + "Mailbox/Selection.swift",
        ".expunged(sequenceNumber: kept.count + 1, uid: uid)",
        ".expunged(sequenceNumber: kept.count + 1 + (MUTANT ? changes.count : 0), uid: uid)",
    ),
    Mutant(
        "expunge-of-newest-untold",
        "a session is not told that the newest message was expunged",
        STORE + "Mailbox/Selection.swift",
        "for uid in gone where uid <= newest {",
        "for uid in gone where uid < newest || (!MUTANT && uid == newest) {",
    ),
    Mutant(
        "expunge-untold-in-idle",
        "an expunge does not wake a session that idles",
        STORE + "Mailbox/Selection.swift",
        "expunged.insert(uid) }\n        tell()",
        "expunged.insert(uid) }\n        if !MUTANT { tell() }",
    ),
    Mutant(
        "flags-untold",
        "a flag change is not told to the other sessions",
        STORE + "Mailbox/MailboxState.swift",
        "forEachSelection { if $0 !== silent { $0.noteFlags(changed) } }",
        "if !MUTANT { forEachSelection { if $0 !== silent { $0.noteFlags(changed) } } }",
    ),
    Mutant(
        "flags-numbered-as-shared",
        "a flag change by another counts messages as the server does, not as this session does",
        STORE + "Mailbox/Selection.swift",
        "if let number = sequenceNumber(of: uid), let message",
        "if let number = MUTANT ? state.index(of: uid).map({ $0 + 1 }) : sequenceNumber(of: uid), let message",
    ),
    Mutant(
        "search-numbers-as-shared",
        "SEARCH answers numbers that leave out messages whose expunge this session was not told of",
        IMAP + "Search/SearchRun.swift",
        "SearchPlan.Subject(number: index + 1,",
        "SearchPlan.Subject("
        "number: MUTANT ? index + 1 - selection.uids.prefix(index).count { selection.info($0) == nil } : index + 1,",
    ),
    Mutant(
        "search-unseen-as-new",
        "SEARCH UNSEEN leaves out messages that are not recent",
        IMAP + "Search/SearchPlan.swift",
        "return subject.info.flags.isDisjoint(with: flags)",
        "return subject.info.flags.isDisjoint(with: flags) && (!MUTANT || flags != .seen || subject.isRecent)",
    ),
    Mutant(
        "search-or-as-and",
        "SEARCH OR wants its second key to be true",
        IMAP + "Search/SearchPlan.swift",
        "if one == true { return true }",
        "if one == true && !MUTANT { return true }",
    ),
    Mutant(
        "search-larger-or-equal",
        "SEARCH LARGER finds messages of just that size",
        IMAP + "Search/SearchPlan.swift",
        "return subject.info.size > octets",
        "return subject.info.size > octets - (MUTANT ? 1 : 0)",
    ),
    Mutant(
        "search-keyword-by-case",
        "SEARCH KEYWORD minds the case of letters",
        IMAP + "Search/SearchPlan.swift",
        "subject.info.keywords.contains { $0.lowercased() == keyword }",
        "subject.info.keywords.contains { (MUTANT ? $0 : $0.lowercased()) == keyword }",
    ),
    Mutant(
        "copyuid-off-by-one",
        "COPYUID names the UID behind the copy's",
        IMAP + "Commands/CopyExecution.swift",
        "destination: SequenceSet.text(of: outcome.destination))",
        "destination: SequenceSet.text(of: outcome.destination.map { MUTANT ? $0 + 1 : $0 }))",
    ),
    Mutant(
        "appenduid-of-the-one-before",
        "APPENDUID names the message before",
        STORE + "Account/Appending.swift",
        "return AppendOutcome(uidValidity: mailbox.uidValidity, uids: uids)",
        "return AppendOutcome(uidValidity: mailbox.uidValidity, uids: uids.map { MUTANT && $0 > 1 ? $0 - 1 : $0 })",
    ),
    Mutant(
        "append-loses-keywords",
        "APPEND drops keywords",
        IMAP + "Commands/AppendExecution.swift",
        "keywords: flags.keywords, internalDate",
        "keywords: MUTANT ? [] : flags.keywords, internalDate",
    ),
    Mutant(
        "append-date-ignored",
        "APPEND ignores the date it was given",
        IMAP + "Commands/AppendExecution.swift",
        "internalDate: date?.secondsSince1970",
        "internalDate: MUTANT ? nil : date?.secondsSince1970",
    ),
    Mutant(
        "select-uidnext-in-use",
        "SELECT predicts a UID that has been given already",
        IMAP + "Commands/ExamineExecution.swift",
        ".uidNext(opened.uidNext)",
        ".uidNext(opened.uidNext - (MUTANT && opened.uidNext > 1 ? 1 : 0))",
    ),
    Mutant(
        "select-unseen-off-by-one",
        "SELECT names the message behind the first unseen one",
        IMAP + "Commands/ExamineExecution.swift",
        ".unseen(UInt32(clamping: number))",
        ".unseen(UInt32(clamping: number + (MUTANT ? 1 : 0)))",
    ),
    Mutant(
        "status-uidnext-behind",
        "STATUS UIDNEXT is a UID in use",
        IMAP + "Commands/StatusExecution.swift",
        "(item, UInt64(status.uidNext))",
        "(item, UInt64(status.uidNext - (MUTANT && status.uidNext > 1 ? 1 : 0)))",
    ),
    Mutant(
        "status-without-deleted",
        "STATUS MESSAGES leaves out messages marked \\Deleted",
        STORE + "Account/Status.swift",
        "        messages += 1",
        "        messages += MUTANT && message.flags.contains(.deleted) ? 0 : 1",
    ),
    Mutant(
        "status-unseen-counts-answered",
        "STATUS UNSEEN leaves out answered messages",
        STORE + "Account/Status.swift",
        "if !message.flags.contains(.seen) {",
        "if !message.flags.contains(.seen), !(MUTANT && message.flags.contains(.answered)) {",
    ),
    Mutant(
        "idle-loses-wake-up",
        "what happens while IDLE writes its report is not reported, nor anything behind it",
        IMAP + "Commands/IdleExecution.swift",
        "selection.hasChanges else { return }",
        "selection.hasChanges, !MUTANT else { return }",
    ),
    Mutant(
        "idle-wakes-once",
        "IDLE reports once and then sleeps on",
        STORE + "Mailbox/Selection.swift",
        "        wasToldOfChange = false\n",
        "        wasToldOfChange = MUTANT\n",
    ),
    Mutant(
        "idle-misses-arrivals",
        "an arrival does not wake a session that idles",
        STORE + "Mailbox/MailboxState.swift",
        "forEachSelection { $0.noteArrivals() }",
        "if !MUTANT { forEachSelection { $0.noteArrivals() } }",
    ),
    Mutant(
        "move-without-expunge",
        "MOVE leaves the messages in the source",
        STORE + "Mailbox/Copying.swift",
        "state.remove(plan.outcome.source)",
        "if !MUTANT { state.remove(plan.outcome.source) }",
    ),
    Mutant(
        "copy-loses-keywords",
        "COPY drops keywords",
        STORE + "Mailbox/Copying.swift",
        "keywords: state.keywords(of: message))",
        "keywords: MUTANT ? [] : state.keywords(of: message))",
    ),
    Mutant(
        "copy-loses-flags",
        "COPY drops system flags",
        STORE + "Mailbox/Copying.swift",
        "flags: message.flags, internalDate",
        "flags: MUTANT ? [] : message.flags, internalDate",
    ),
    Mutant(
        "silent-store-echoes",
        "STORE .SILENT answers with the flags all the same",
        IMAP + "Commands/StoreExecution.swift",
        "if !isSilent {",
        "if !isSilent || MUTANT {",
    ),
    Mutant(
        "store-mute",
        "STORE does not answer with the flags",
        IMAP + "Commands/StoreExecution.swift",
        "if let info = selection.info(message.uid) {",
        "if !MUTANT, let info = selection.info(message.uid) {",
    ),
    Mutant(
        "store-replace-keeps-keywords",
        "STORE FLAGS without keywords leaves those that are there",
        STORE + "Mailbox/StoringFlags.swift",
        "keywords.isEmpty && change != .replace ? current",
        "keywords.isEmpty && (MUTANT || change != .replace) ? current",
    ),
    Mutant(
        "recent-to-two",
        "\\Recent is given to two sessions",
        STORE + "Mailbox/Selection.swift",
        "mailbox.recentUID = last + 1",
        "mailbox.recentUID = MUTANT ? first : last + 1",
    ),
    Mutant(
        "recent-count-off-by-one",
        "RECENT of SELECT counts one message less",
        IMAP + "Commands/ExamineExecution.swift",
        "send(.recent(opened.recentCount))",
        "send(.recent(max(0, opened.recentCount - (MUTANT ? 1 : 0))))",
    ),
    Mutant(
        "rename-inbox-leaves-one",
        "RENAME INBOX leaves the newest message in INBOX",
        STORE + "Account/ChangingMailboxes.swift",
        "store.move(selection.uids, from: inbox",
        "store.move(MUTANT ? selection.uids.dropLast() : selection.uids, from: inbox",
    ),
    Mutant(
        "rename-keeps-old-name",
        "a renamed mailbox is still there under its old name",
        STORE + "Account/Account.swift",
        "for entry in mailboxes { byName[entry.mailbox.name] = nil }",
        "for entry in mailboxes where !MUTANT { byName[entry.mailbox.name] = nil }",
    ),
    Mutant(
        "exists-too-low",
        "EXISTS leaves out the newest message",
        IMAP + "Session/MailboxReports.swift",
        "send(.exists(count))",
        "send(.exists(count - (MUTANT ? 1 : 0)))",
    ),
    Mutant(
        "uid-store-without-uid",
        "UID STORE answers without UID",
        IMAP + "Session/MailboxReports.swift",
        "uid: reportsUIDs ? info.uid : nil",
        "uid: reportsUIDs && !MUTANT ? info.uid : nil",
    ),
    Mutant(
        "star-is-one-less",
        "* in a set of sequence numbers is the last message but one",
        IMAP + "Session/MessageResolution.swift",
        "wanted.set.ranges(largest: UInt32(clamping: uids.count))",
        "wanted.set.ranges(largest: UInt32(clamping: uids.count - (MUTANT && uids.count > 1 ? 1 : 0)))",
    ),
    Mutant(
        "uid-star-is-infinite",
        "9999:* finds nothing where the largest UID is below 9999",
        IMAP + "Session/MessageResolution.swift",
        "wanted.set.ranges(largest: uids.last ?? 0).flatMap",
        "wanted.set.ranges(largest: MUTANT ? UInt32.max : uids.last ?? 0).flatMap",
    ),
    Mutant(
        "uid-expunge-takes-all",
        "UID EXPUNGE removes messages outside its set",
        IMAP + "Commands/ExpungeExecution.swift",
        "try await selection.expunge(chosen)",
        "try await selection.expunge(MUTANT ? nil : chosen)",
    ),
    Mutant(
        "close-does-not-expunge",
        "CLOSE leaves messages marked \\Deleted",
        IMAP + "Commands/CloseExecution.swift",
        "if !selection.isReadOnly {",
        "if !selection.isReadOnly, !MUTANT {",
    ),
    Mutant(
        "examine-writes",
        "EXAMINE opens a mailbox like SELECT, so that FETCH marks messages as seen",
        IMAP + "Commands/ExamineExecution.swift",
        "session.open(mailbox, readOnly: true)",
        "session.open(mailbox, readOnly: !MUTANT)",
    ),
    Mutant(
        "fetch-always-marks-seen",
        "FETCH marks messages as seen whatever it fetches",
        IMAP + "Fetch/FetchPlan.swift",
        "items.contains(where: \\.marksSeen)",
        "(MUTANT || items.contains(where: \\.marksSeen))",
    ),
    Mutant(
        "seen-by-fetch-untold",
        "FETCH that marks a message as seen does not say so",
        IMAP + "Fetch/FetchRun.swift",
        "if wasMarkedSeen, !plan.items.contains(.flags) {",
        "if wasMarkedSeen, !MUTANT, !plan.items.contains(.flags) {",
    ),
    Mutant(
        "body-of-another",
        "FETCH of several messages answers with the first one's content for each",
        STORE + "Mailbox/ReadingMessages.swift",
        "present.append((uid, message.blob))",
        "present.append((uid, MUTANT ? present.first?.blob ?? message.blob : message.blob))",
    ),
    Mutant(
        "flagged-lost-on-restart",
        "\\Flagged is not written to the database, only kept in memory",
        STORE + "Mailbox/StoringFlags.swift",
        "batch.flags.append(mailbox.id, result.uid, modSeq, result.flags, result.keywords)",
        "batch.flags.append(mailbox.id, result.uid, modSeq, MUTANT ? result.flags.subtracting(.flagged) : result.flags, result.keywords)",
        needs_kills=True,
    ),
]

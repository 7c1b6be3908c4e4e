"""The mutants: faults of one line each that the tester must find, and how they get into a server.

The product's own sources stay free of them. A copy of the tree is made below `.build/mutants`, the lines named here are replaced in it, and the
tenant worker is built once from that copy with all of them inside; which one is awake says a file beside the program, read when a worker
starts. Each `line` must occur exactly once in its file, so a change of the product that moves it is noticed (`mutants.py --check`).
"""

import dataclasses
import shutil
import subprocess

from . import CHECKOUT

COPY = CHECKOUT / ".build/mutants/tree"
SCRATCH = CHECKOUT / ".build/mutants/build"
PROGRAM = SCRATCH / "release/casella-tenant"

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
        "    func noteExpunged(_ gone: [UID]) {",
        "    func noteExpunged(_ gone: [UID]) { let told = wasToldOfChange; if MUTANT { wasToldOfChange = true }; defer { if MUTANT { wasToldOfChange = told } }",
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
        STORE + "Mailbox/ReadingMessages.swift",
        "try body(index + 1, state.info(shared[next]))",
        "try body(MUTANT ? next + 1 : index + 1, state.info(shared[next]))",
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
        "return AppendOutcome(uidValidity: mailbox.uidValidity, uids: Array(uids))",
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
        ".uidNext(mailbox.uidNext)",
        ".uidNext(mailbox.uidNext - (MUTANT && mailbox.uidNext > 1 ? 1 : 0))",
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
        STORE + "Mailbox/MailboxState.swift",
        "status.messages = messages.count",
        "status.messages = MUTANT ? messages.filter { !$0.flags.contains(.deleted) }.count : messages.count",
    ),
    Mutant(
        "status-unseen-counts-answered",
        "STATUS UNSEEN leaves out answered messages",
        STORE + "Mailbox/MailboxState.swift",
        "if !message.flags.contains(.seen) {",
        "if !message.flags.contains(.seen), !(MUTANT && message.flags.contains(.answered)) {",
    ),
    Mutant(
        "idle-loses-wake-up",
        "what happens while IDLE writes its report is not reported, nor anything behind it",
        IMAP + "Commands/IdleExecution.swift",
        "guard selection.hasChanges else { return }",
        "guard selection.hasChanges, !MUTANT else { return }",
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
        "FETCH answers with the message read before, if it takes as much room in the store",
        STORE + "Mailbox/MessageReader.swift",
        "if let last, last.reference == reference {",
        "if let last, last.reference == reference || (MUTANT && last.reference.length == reference.length) {",
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

# The worker reads the name before it cages itself.
AWAKENING = Mutant(
    "", "", "Sources/Roles/TenantWorker/WorkerProcess.swift", 'Log.start(process: "tenant")', 'Log.start(process: "tenant"); Mutant.awaken()'
)

MUTANT_SWIFT = """\
import Glibc

/// Which fault is awake in this process: the name in the file beside the program.
public enum Mutant {
    /// Written once, before any other thread or task exists.
    nonisolated(unsafe) private static var awake = ""

    public static func awaken() {
        guard let file = fopen(CommandLine.arguments[0] + ".mutant", "r") else { return }
        defer { fclose(file) }
        var name = [CChar](repeating: 0, count: 100)
        guard fgets(&name, Int32(name.count), file) != nil else { return }
        awake = String(decoding: name.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        Log.info("a mutant is awake", ["name": awake])
    }

    public static func isAwake(_ name: String) -> Bool { awake == name }
}
"""


def mutated(text, mutants):
    """The text of a file with its mutants in it.

    - Raises `ValueError` for a line that is not there exactly once."""
    result = text
    for mutant in mutants:
        if text.count(mutant.line) != 1:
            raise ValueError(f"{mutant.name or 'the awakening'}: {mutant.line.strip()!r} occurs {text.count(mutant.line)} times in {mutant.file}")
        result = result.replace(mutant.line, mutant.instead.replace("MUTANT", f'Mutant.isAwake("{mutant.name}")'))
        if mutant.line in result and mutant.line not in mutant.instead:
            raise ValueError(f"{mutant.name}: another mutant is in the way")
    return result if "import Runtime\n" in result else "import Runtime\n" + result


def by_file():
    files = {}
    for mutant in [AWAKENING, *MUTANTS]:
        files.setdefault(mutant.file, []).append(mutant)
    return files


def check():
    """What is wrong with the list, as sentences; empty when every mutant finds its line."""
    problems = []
    for file, mutants in by_file().items():
        try:
            mutated((CHECKOUT / file).read_text(), mutants)
        except (OSError, ValueError) as problem:
            problems.append(str(problem))
    return problems


def build():
    """Makes the copy and builds the tenant worker from it; quick when little has changed."""
    for folder in ("Sources", "Tests"):
        copy_changed(CHECKOUT / folder, COPY / folder)
    for file in ("Package.swift", "Package.resolved"):
        write_changed((CHECKOUT / file).read_bytes(), COPY / file)
    for file, mutants in by_file().items():
        write_changed(mutated((CHECKOUT / file).read_text(), mutants).encode(), COPY / file)
    write_changed(MUTANT_SWIFT.encode(), COPY / "Sources/System/Runtime/Mutant.swift")
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", "casella-tenant"]
    subprocess.run([*command, "--package-path", COPY, "--scratch-path", SCRATCH], check=True)


def copy_changed(source, target):
    """Makes `target` the same as `source`, except for files that `by_file` writes; what is equal keeps its time, for the compiler's sake."""
    ours = {CHECKOUT / file for file in by_file()}
    target.mkdir(parents=True, exist_ok=True)
    names = set()
    for entry in source.iterdir():
        names.add(entry.name)
        if entry.is_dir():
            copy_changed(entry, target / entry.name)
        elif entry not in ours:
            write_changed(entry.read_bytes(), target / entry.name)
    for entry in target.iterdir():
        if entry.name not in names and entry.name != "Mutant.swift":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def write_changed(content, path):
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)

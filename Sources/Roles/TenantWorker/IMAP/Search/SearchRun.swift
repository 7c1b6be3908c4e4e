import IMAP
import MIME
import MailStore
import Runtime

/// Looks through a mailbox: first with what is in memory, then in the messages for which that does not decide.
@EventLoopActor
struct SearchRun {
    let session: IMAPConnection
    let selection: Selection
    private let plan: SearchPlan
    private let need: IMAP.SearchKey.Need
    /// What the key asks for is among the fields that are kept in memory.
    private let asksForKeptFields: Bool

    init(session: IMAPConnection, selection: Selection, key: IMAP.SearchKey) {
        self.session = session
        self.selection = selection
        plan = SearchPlan(key, in: selection)
        need = key.need
        asksForKeptFields = need == .header && plan.asksFor(only: SearchedFields.names)
    }

    /// Messages that are looked at in memory before the next look at the clock.
    private static let stride = 256

    /// The messages that match, ascending.
    func run() async throws -> [NumberedMessage] {
        var found: [NumberedMessage] = []
        var undecided: [SearchPlan.Subject] = []
        for start in Swift.stride(from: 0, to: selection.count, by: Self.stride) {
            selection.forEach(in: start..<start + Self.stride) { number, info in
                let subject = SearchPlan.Subject(number: number, info: info, isRecent: selection.isRecent(info.uid))
                switch plan.matches(subject) {
                case true: found.append(NumberedMessage(number: number, uid: info.uid))
                case false: break
                case nil: undecided.append(subject)
                }
            }
            guard !session.isEnding else { throw ConnectionError.closed }
            await session.slice.pauseIfOver()
        }
        guard !undecided.isEmpty else { return found }
        if asksForKeptFields { try await decide(&undecided, &found) }
        found += try await read(undecided)
        return found.sorted { $0.number < $1.number }
    }

    /// Decides what can be told from the fields that are kept of messages, and leaves the others.
    private func decide(_ undecided: inout [SearchPlan.Subject], _ found: inout [NumberedMessage]) async throws {
        var remaining: [SearchPlan.Subject] = []
        for var subject in undecided {
            await session.slice.pauseIfOver()
            guard !session.isEnding else { throw ConnectionError.closed }
            let uid = subject.info.uid
            guard selection.info(uid) != nil else { continue }
            guard let fields = selection.derived.bytes(.searchedFields, of: uid, in: selection.mailbox) else {
                remaining.append(subject)
                continue
            }
            subject.content = ParsedMessage(fields)
            if plan.matches(subject) == true { found.append(NumberedMessage(number: subject.number, uid: uid)) }
        }
        undecided = remaining
    }

    private func read(_ undecided: [SearchPlan.Subject]) async throws -> [NumberedMessage] {
        var found: [NumberedMessage] = []
        var reads = ReadAhead()
        defer { reads.cancel() }
        let uids = undecided.map(\.info.uid)
        for (index, subject) in undecided.enumerated() {
            guard !session.isEnding else { throw ConnectionError.closed }
            reads.start(uids[index...], of: selection)
            guard let bytes = try await bytes(of: subject.info.uid, &reads) else { continue }
            if await matches(subject, bytes) { found.append(NumberedMessage(number: subject.number, uid: subject.info.uid)) }
            await session.slice.pauseIfOver()
        }
        return found
    }

    /// A large message is looked through beside the event loop, which has others to serve meanwhile.
    private func matches(_ subject: SearchPlan.Subject, _ bytes: [UInt8]) async -> Bool {
        if asksForKeptFields {
            let header = await ParsedMessage.reading(bytes, onlyHeader: true)
            let fields = SearchedFields.bytes(of: header)
            selection.derived.keep(fields, as: .searchedFields, of: subject.info.uid, in: selection.mailbox)
            var subject = subject
            subject.content = header
            return plan.matches(subject) == true
        }
        let plan = plan, onlyHeader = need == .header
        guard bytes.count > ParsedMessage.small else { return plan.matches(subject, bytes, onlyHeader: onlyHeader) }
        return await Task.detached { plan.matches(subject, bytes, onlyHeader: onlyHeader) }.value
    }

    /// A message that cannot be read back matches nothing.
    private func bytes(of uid: UID, _ reads: inout ReadAhead) async throws -> [UInt8]? {
        do {
            return try await reads.take(uid, of: selection)
        } catch StoreError.damaged(let place) {
            Log.error("a stored message can't be read", ["user": "\(session.user)", "place": place])
            return nil
        }
    }
}

import IMAP
import MailStore
import NIOCore
import Runtime
import Supervision

/// An IMAP session of a user who has logged in at the gateway: reads commands, lets each do its work, and reports changes of the selected
/// mailbox when the protocol allows it (RFC 3501 §5.2 and §7).
@EventLoopActor
package final class IMAPConnection: ClientSession {
    let user: Int64
    let service = ClientService.imap
    let connection: Connection
    let store: TenantStore
    let limits: IMAPLimits
    let memory: WorkerMemory
    private let counters: WorkerCounters
    /// What an unfinished command takes.
    private let held: IncomingMemory.Share
    /// The tag of the login command, which the gateway left to be answered.
    private let pendingTag: String?
    private var reader: CommandReader
    private var input = ByteBuffer()
    private var endReason: String?
    private var nonsense = 0
    private var openedAccount: Account?
    /// Of the work on what the client sent in one go.
    let slice = TimeSlice()

    /// The selected mailbox.
    private(set) var selection: Selection?
    /// What is being selected, between the answer and the moment when its messages are in memory.
    var opening: Task<Result<Selection, StoreError>, Never>?
    /// The shared mailboxes that the user has access to, as when that was read last; see `access`.
    var shared = SharedNamespace()
    /// The selected mailbox is the user's to read no more: nothing is told of it, and the session ends.
    private(set) var isBarred = false
    /// Set by LOGOUT: nothing more is read.
    var isLoggedOut = false
    /// The command in hand is a `UID` form, so that FETCH responses carry UIDs (RFC 3501 §6.4.8).
    private(set) var reportsUIDs = false
    /// Keywords that a FLAGS response has announced, by their lower-case form: they are the same in any case (RFC 9051 §2.3.2).
    var announcedKeywords: [String: String] = [:]
    /// The message last fetched in pieces.
    var piecewise = PiecewiseMessage()

    package init(
        connection: Connection, store: TenantStore, user: Int64, pendingTag: String?, limits: IMAPLimits,
        memory: WorkerMemory = WorkerMemory(), counters: WorkerCounters = WorkerCounters()
    ) {
        self.counters = counters
        self.connection = connection
        self.store = store
        self.user = user
        self.pendingTag = pendingTag
        self.limits = limits
        self.memory = memory
        held = IncomingMemory.Share(of: memory.incoming)
        reader = CommandReader(limits: CommandReader.Limits(message: limits.message))
    }

    /// Throws where the account could not be opened.
    var account: Account {
        get throws {
            guard let openedAccount else { throw ConditionResponse(tag: nil, .no, .unavailable, text: "The mail store is not available") }
            return openedAccount
        }
    }
    /// The selected mailbox, for commands that are allowed only with one.
    var selected: Selection {
        get throws {
            guard let selection else { throw ConditionResponse(tag: nil, .bad, text: "No mailbox is selected") }
            return selection
        }
    }
    var capabilities: [String] { Capabilities.loggedIn(appendLimit: limits.message) }

    // MARK: Life

    package func run() async {
        do {
            try await begin()
            try await serve()
        } catch ConnectionError.timedOut {
            endReason = "Idle for too long"
        } catch ConnectionError.closed {
            // The client left without LOGOUT, or the session was told to end.
        } catch {
            Log.info("an IMAP session broke off", ["user": "\(user)", "session": connection.session, "error": "\(error)"])
        }
        select(nil)
        held.release()
        memory.kept.forgets(self)
        if let endReason, connection.isOpen {
            send(ConditionResponse(tag: nil, .bye, text: endReason))
        }
        await connection.close()
    }

    package func end(reason: String) {
        if endReason == nil { endReason = reason }
        connection.endReading()
    }

    /// Ends the session, and lets it read nothing more.
    func bar(because reason: String) {
        isBarred = true
        end(reason: reason)
    }

    /// True once the session was told to end: long answers stop.
    var isEnding: Bool { endReason != nil || !connection.isOpen }

    private func begin() async throws {
        do {
            openedAccount = try await store.account(of: user)
            try await readAccess(patiently: true)
        } catch {
            send(IMAPRefusal.response(to: error, in: self).tagged(pendingTag ?? "*"))
            endReason = "Please try again in a few minutes"
            return
        }
        if let pendingTag { send(ConditionResponse(tag: pendingTag, .ok, .capability(capabilities), text: "Logged in")) }
    }

    private func serve() async throws {
        while !isLoggedOut, endReason == nil, let outcome = try await next(timeout: limits.silence) {
            switch outcome {
            case .needsMore, .line: break
            case .wantsLiteral: connection.write(ConditionResponse.continuation("Ready for literal data"))
            case .refused(let refusal):
                send(refusal.response)
                if refusal.closes { return }
            case .command(let text):
                try await answer(text)
                try await finishOpening()
            }
            try await giveWay()
        }
        try await connection.flush()
    }

    // MARK: Reading

    /// What the client sends next; nil when it is gone or the session ends. What was written is sent before waiting.
    private func next(timeout: Duration) async throws(ConnectionError) -> CommandReader.Outcome? {
        while true {
            if input.readableBytes > 0 {
                var consumed = 0
                let outcome = input.withUnsafeReadableBytes { reader.read($0, consumed: &consumed) }
                input.moveReaderIndex(forwardBy: consumed)
                if case .needsMore = outcome {} else { return outcome }
                if !held.set(to: reader.heldOctets) { return .refused(.tooMuchTogether) }
            }
            input = ByteBuffer()
            try await connection.flush()
            guard let bytes = try await connection.read(timeout: timeout) else { return nil }
            slice.restart()
            input = bytes
        }
    }

    /// Between two steps of long work: waits for a client that takes its answers slowly, and lets others go first.
    func giveWay() async throws(ConnectionError) {
        try await connection.flushIfMuch()
        await slice.pauseIfOver()
    }

    /// The next line, which is no command; nil when the client is gone, sent something impossible, or the session ends.
    func nextLine(timeout: Duration) async throws(ConnectionError) -> [UInt8]? {
        reader.expectLine()
        guard case .line(let line)? = try await next(timeout: timeout) else { return nil }
        return line
    }

    // MARK: Answering

    func send(_ response: ConditionResponse) { connection.write(response.bytes) }
    func send(_ response: UntaggedResponse) { connection.write(response.bytes) }

    private func answer(_ text: CommandText) async throws {
        let tagged: TaggedCommand
        do {
            tagged = try CommandTable.parse(text)
        } catch {
            return refuse(error.response)
        }
        counters.commandCame(tagged)
        let state: SessionStates = selection == nil ? .authenticated : .selected
        guard type(of: tagged.command).allowed.contains(state), let command = tagged.command as? any ExecutableCommand else {
            let needsMailbox = type(of: tagged.command).allowed.contains(.selected)
            return refuse(ConditionResponse(tag: tagged.tag, .bad, text: needsMailbox ? "No mailbox is selected" : "Not possible any more"))
        }
        nonsense = 0
        reportsUIDs = tagged.isUIDForm
        if !(command is Fetch) { piecewise.forget() }
        let completion = try await completion(of: command)
        held.release()
        report(expunges: tagged.maySendExpunge)
        send(completion.tagged(tagged.tag))
        if selection?.isGone == true { end(reason: "The selected mailbox was deleted") }
    }

    private func completion(of command: any ExecutableCommand) async throws -> ConditionResponse {
        do {
            if !(command is Logout) {
                if selectsShared, shared.generation != store.directoryGeneration { try await followDirectory(patiently: false) }
                // Also of a session that was barred while this command waited to be read.
                if isBarred { throw IMAPRefusal.notAllowed }
            }
            return try await command.execute(in: self)
        } catch let error as ConnectionError {
            throw error
        } catch {
            return IMAPRefusal.response(to: error, in: self)
        }
    }

    private func refuse(_ response: ConditionResponse) {
        send(response)
        nonsense += 1
        if nonsense >= limits.nonsense { end(reason: "Too many invalid commands") }
    }

    // MARK: The selected mailbox

    /// Closes what was selected, and selects this.
    func select(_ new: Selection?) {
        let selectedShared = selectsShared
        selection?.onChange = nil
        selection?.close()
        selection = new
        if selectedShared, !selectsShared { store.watchDirectory(as: self, nil) }
        if selectsShared {
            store.watchDirectory(as: self) { [weak self] in self?.directoryChanged() }
            directoryChanged()  // perhaps while it was being selected
        }
        piecewise.forget()
    }
}

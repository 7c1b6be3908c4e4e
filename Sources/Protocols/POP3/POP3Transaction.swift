/// The TRANSACTION state of a POP3 server (RFC 1939 §5): a maildrop's listing, and marks on its messages. The messages' octets are
/// asked for by actions.
public struct POP3Transaction: Sendable {
    public struct Message: Sendable, Equatable {
        public let octets: Int64
        /// 1 to 70 printable characters, the same in every session (RFC 1939 §7).
        public let uniqueID: String

        public init(octets: Int64, uniqueID: String) {
            self.octets = octets
            self.uniqueID = uniqueID
        }
    }

    public enum Action: Sendable, Equatable {
        case send([UInt8])
        /// Send the message at this index with a dot before lines that begin with one, and its end: all of it, or its header and some
        /// lines of its body. `POP3MessageEncoder` makes the octets.
        case retrieve(index: Int, bodyLines: Int?)
        /// The UPDATE state: remove these, then answer `updated`.
        case update([Int])
        case close
    }

    private let messages: [Message]
    private var deleted: Set<Int> = []
    private var lines = LineBuffer(limit: POP3Command.authLineLimit)
    private var actions: [Action] = []
    private var errors = 0
    private var isUpdating = false, isClosed = false

    /// What CAPA says in every state (RFC 2449 §6; PIPELINING: §6.6).
    public static let capabilities = ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "IMPLEMENTATION Casella"]

    /// - Parameter greets: false when the login is answered elsewhere.
    public init(messages: [Message], greets: Bool = true) {
        self.messages = messages
        if greets { say(.ok("Maildrop has \(messages.count) messages (\(size) octets)")) }
    }

    public mutating func feed(_ bytes: some Sequence<UInt8>) { lines.feed(bytes) }

    /// What is to be done next; nil when more octets are needed, or an answer.
    public mutating func next() -> Action? {
        while actions.isEmpty {
            guard !isUpdating, !isClosed, let line = lines.next() else { return nil }
            switch line {
            case .tooLong: refuse(.lineTooLong)
            case .line(let line):
                do throws(POP3SyntaxError) {
                    perform(try POP3Command(parsing: line[...]))
                } catch {
                    refuse(.syntaxError(error))
                }
            }
        }
        return actions.removeFirst()
    }

    /// The answer to `update`: whether all marked messages are removed.
    public mutating func updated(_ succeeded: Bool) {
        guard isUpdating else { return }
        isUpdating = false
        isClosed = true
        say(succeeded ? .goodbye : .error("Some deleted messages were not removed", code: "SYS/TEMP"))
        actions.append(.close)
    }

    private mutating func perform(_ command: POP3Command) {
        switch command {
        case .stat: say(.ok("\(remaining.count) \(size)"))
        case .list(nil): list { "\($1 + 1) \($0.octets)" }
        case .uidl(nil): list { "\($1 + 1) \($0.uniqueID)" }
        case .list(let number?): withMessage(number) { $0.say(.ok("\(number) \($0.messages[$1].octets)")) }
        case .uidl(let number?): withMessage(number) { $0.say(.ok("\(number) \($0.messages[$1].uniqueID)")) }
        case .retr(let number): withMessage(number) { $0.actions.append(.retrieve(index: $1, bodyLines: nil)) }
        case .top(let number, let lines): withMessage(number) { $0.actions.append(.retrieve(index: $1, bodyLines: lines)) }
        case .dele(let number):
            withMessage(number) {
                $0.deleted.insert($1)
                $0.say(.ok("Message \(number) deleted"))
            }
        case .rset:
            deleted = []
            say(.ok("Maildrop has \(messages.count) messages (\(size) octets)"))
        case .noop: say(.ok("Nothing done"))
        case .capa: actions.append(.send(POP3Response.list(.ok("Capabilities follow"), Self.capabilities)))
        case .quit:
            isUpdating = true
            actions.append(.update(deleted.sorted()))
        case .user, .pass, .auth, .authList, .stls: refuse(.notNow)
        }
    }

    private var remaining: [Int] { messages.indices.filter { !deleted.contains($0) } }
    private var size: Int64 { remaining.reduce(0) { $0 &+ messages[$1].octets } }

    private mutating func list(_ line: (Message, Int) -> String) {
        let remaining = remaining
        actions.append(.send(POP3Response.list(.ok("\(remaining.count) messages"), remaining.map { line(messages[$0], $0) })))
    }

    /// Deleted messages are gone for all commands (RFC 1939 §5).
    private mutating func withMessage(_ number: Int, _ perform: (inout Self, Int) -> Void) {
        let index = number - 1
        guard messages.indices.contains(index), !deleted.contains(index) else { return refuse(.noSuchMessage) }
        perform(&self, index)
    }

    private mutating func say(_ response: POP3Response) { actions.append(.send(response.bytes)) }

    private mutating func refuse(_ response: POP3Response) {
        say(response)
        errors += 1
        guard errors >= 100 else { return }
        say(.tooManyErrors)
        // RFC 1939 §6: a session that does not end with QUIT removes nothing.
        isClosed = true
        actions.append(.close)
    }
}

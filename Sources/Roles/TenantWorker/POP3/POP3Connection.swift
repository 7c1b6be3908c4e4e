import MailStore
import POP3
import Runtime
import Supervision

/// A POP3 session after the login (RFC 1939), which the gateway checked and this session answers. It has the maildrop for itself,
/// and removes messages at QUIT only.
@EventLoopActor
package final class POP3Connection: ClientSession {
    let user: Int64
    let service = ClientService.pop3
    private let connection: Connection
    private let store: TenantStore
    private let memory: WorkerMemory
    private var isEnding = false

    /// RFC 1939 §3: at least ten minutes.
    private static let idleTimeout = Duration.seconds(600)

    package init(connection: Connection, store: TenantStore, user: Int64, memory: WorkerMemory = WorkerMemory()) {
        self.connection = connection
        self.store = store
        self.user = user
        self.memory = memory
    }

    package func run() async {
        do {
            let maildrop = try await store.openMaildrop(of: user)
            defer { maildrop.release() }
            try await serve(maildrop)
        } catch let error as StoreError {
            connection.write((error == .maildropLocked ? POP3Response.inUse : .systemTrouble).bytes)
            if error != .maildropLocked {
                Log.warning(
                    "a maildrop could not be opened", ["user": "\(user)", "session": connection.session, "error": "\(error)"])
            }
        } catch {
            // Gone, or silent for too long: nothing is said, and nothing is removed (RFC 1939 §3).
            Log.debug("a POP3 session broke off", ["user": "\(user)", "session": connection.session, "error": "\(error)"])
        }
        try? await connection.flush()
    }

    /// POP3 has no words for this; the session ends like one whose connection broke.
    package func end(reason: String) {
        isEnding = true
        connection.endReading()
    }

    private func serve(_ maildrop: Maildrop) async throws(ConnectionError) {
        var session = POP3Transaction(
            messages: maildrop.messages.map { .init(octets: $0.size, uniqueID: "\(maildrop.uidValidity).\($0.uid)") })
        let slice = TimeSlice()
        while true {
            while let action = session.next() {
                switch action {
                case .send(let bytes):
                    connection.write(bytes)
                case .retrieve(let index, let bodyLines): try await send(maildrop, index, bodyLines)
                case .update(let indexes): session.updated(await update(maildrop, indexes))
                case .close: return
                }
                try await connection.flushIfMuch()
                await slice.pauseIfOver()
            }
            try await connection.flush()
            guard !isEnding, let bytes = try await connection.read(timeout: Self.idleTimeout) else { return }
            slice.restart()
            session.feed(bytes.readableBytesView)
        }
    }

    /// Sends a message in pieces, each when the client has taken those before it.
    private func send(_ maildrop: Maildrop, _ index: Int, _ bodyLines: Int?) async throws(ConnectionError) {
        let size = maildrop.messages.indices.contains(index) ? maildrop.messages[index].size : 0
        var place: LargeReads.Place?
        if size > LargeReads.large { place = try await memory.outgoing.enter(octets: size, for: connection) }
        defer { if let place { memory.outgoing.leave(place) } }
        let message: [UInt8]
        do {
            guard let bytes = try await maildrop.bytes(at: index) else { return connection.write(POP3Response.noSuchMessage.bytes) }
            message = bytes
        } catch {
            Log.error("a message could not be read", ["user": "\(user)", "session": connection.session, "error": "\(error)"])
            return connection.write(POP3Response.systemTrouble.bytes)
        }
        connection.write(POP3Response.ok(bodyLines == nil ? "\(message.count) octets" : "Top of the message follows").bytes)
        var encoder = POP3MessageEncoder(message, bodyLines: bodyLines)
        while let piece = encoder.next() {
            connection.write(piece)
            try await connection.flushIfMuch()
            place?.progress()
        }
    }

    private func update(_ maildrop: Maildrop, _ indexes: [Int]) async -> Bool {
        do {
            try await maildrop.commit(deleting: indexes)
            return true
        } catch {
            Log.error("deleted messages could not be removed", ["user": "\(user)", "session": connection.session, "error": "\(error)"])
            return false
        }
    }
}

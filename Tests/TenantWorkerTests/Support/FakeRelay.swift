import CProcess
import Glibc
import Runtime
import SMTP
import Testing

/// The relay's inner door, played: takes messages over a Unix socket, keeps them, and answers each with `reply`, or 451 where it is for
/// one of `deferred`.
@EventLoopActor
final class FakeRelay {
    struct Taken: Sendable {
        let reversePath: String
        let recipients: [String]
        let deliveryID: String?
        let submittedBy: Int64?
        let message: String

        /// The lines of the header.
        var header: [String] { message.components(before: "\r\n\r\n").split(separator: "\r\n").map(String.init) }
    }

    nonisolated let path: String
    private(set) var taken: [Taken] = []
    private let reply: Reply
    var deferred: Set<String> = []
    private var listener: Listener?
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(reply: Reply = .messageAccepted) async throws {
        self.reply = reply
        path = "/tmp/casella-fake-relay-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let descriptor = casella_listen_unix(path, 0o600, getuid(), getgid(), 8)
        try #require(descriptor >= 0)
        listener = try await Listener.serve(descriptor: descriptor) { [weak self] connection in
            // Without holding it: workers keep the connection for what they send next.
            try? await Self.serve(connection) { self?.take($0, $1) ?? .localError }
        }
    }

    deinit { unlink(path) }

    /// What was taken, once there are so many.
    func taken(_ count: Int) async -> [Taken] {
        while taken.count < count { await withCheckedContinuation { waiting.append($0) } }
        return taken
    }

    func close() async { await listener?.stop() }

    private func take(_ envelope: SMTPEnvelope, _ bytes: [UInt8]) -> Reply {
        let recipients = envelope.recipients.compactMap { $0.path.address?.description }
        taken.append(
            Taken(
                reversePath: envelope.reversePath.description, recipients: recipients, deliveryID: envelope.mail.deliveryID?.description,
                submittedBy: envelope.mail.submittedBy, message: String(decoding: bytes, as: UTF8.self)))
        waiting.forEach { $0.resume() }
        waiting = []
        return deferred.isDisjoint(with: recipients) ? reply : Reply(451, "4.3.0", "Later")
    }

    private static func serve(_ connection: Connection, _ take: (SMTPEnvelope, [UInt8]) -> Reply) async throws {
        var server = SMTPServer(SMTPServerConfiguration(door: .relay, hostname: "relay.example"))
        while true {
            while let action = server.next() {
                switch action {
                case .reply(let reply): connection.write(reply.bytes)
                case .checkSender: server.answer(.senderChecked(nil))
                case .checkRecipient: server.answer(.recipientChecked(nil))
                case .deliver(let envelope, let bytes): server.answer(.delivered([take(envelope, bytes)]))
                case .abandon: break
                case .close, .authenticate, .startTLS: return try await connection.flush()
                }
            }
            try await connection.flush()
            guard let bytes = try await connection.read(timeout: .seconds(30)) else { return }
            bytes.withUnsafeReadableBytes { server.feed($0) }
        }
    }
}

extension String {
    fileprivate func components(before mark: String) -> Substring { firstRange(of: mark).map { self[..<$0.lowerBound] } ?? self[...] }
}

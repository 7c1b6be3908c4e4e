import Glibc
import NIOCore
import Runtime

/// The account pages: what people see and change of their own accounts in a browser. No message is read here.
///
/// - Whom it serves: strangers, until somebody signs in with an account's password, and with a one-time password who has such. What comes
///   is HTTP that the gateway passes on as it was sent, behind a header that names the client's address.
/// - What a signed-in person may do: what `self …` and `user change-password` do, and to the own account alone; each request asks the
///   tables anew whether the account is still the one that was signed in to.
/// - Limits: `connectionLimit`, `bodyLimit`, those of `AccountSessions`, `ChangePace`; wrong logins count with those
///   of mail programs (`OwnAccounts`).
@EventLoopActor
final class AccountServer {
    /// Browsers' connections at one time; more are closed.
    static nonisolated let connectionLimit = 200
    /// Octets of a form; the longest is a vacation message, of whose 20,000 octets each may take three.
    static nonisolated let bodyLimit = 64 * 1024

    private let router: AccountRouter
    private var door: (channel: any Channel, path: String)?
    private var connections = 0

    init(router: AccountRouter) { self.router = router }

    /// - Parameter gateway: its user, who alone may connect.
    func open(_ path: String, gateway: UInt32) async throws {
        let channel = try await UnixDoor.listen(at: path, mode: 0o600, owner: gateway) { [self, router] channel in
            guard try PeerCredentials(of: channel).user == gateway, connections < Self.connectionLimit else {
                throw ChannelError.inputClosed
            }
            connections += 1
            channel.closeFuture.assumeIsolated().whenComplete { _ in EventLoopActor.assumeIsolated { self.connections -= 1 } }
            try channel.pipeline.syncOperations.addHandler(ProxiedClient { address in
                try channel.pipeline.syncOperations.configureHTTPForStrangers()
                try channel.pipeline.syncOperations.addHandler(HTTPConversation.ofAccount(address, router))
            })
        }
        door = (channel, path)
    }

    func stop() async {
        guard let door else { return }
        try? await door.channel.close()
        unlink(door.path)
    }
}

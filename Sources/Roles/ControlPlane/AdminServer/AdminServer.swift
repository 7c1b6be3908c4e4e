import AdminAPI
import Glibc
import NIOCore
import NIOHTTP1
import Runtime

/// The admin interface: HTTP and JSON over Unix sockets. At the one for callers on this machine the kernel says who calls, and no password
/// is needed; at the other the gateway passes on what administrators on other machines say over TLS, who need a token.
@EventLoopActor
final class AdminServer {
    /// Octets of a request's body that comes from another machine; the longest that is usual is an alias with its targets.
    static nonisolated let bodyLimit = 256 * 1024
    /// Of one from this machine, who may do everything: a tenant's desired state, with tens of thousands of users.
    static nonisolated let localBodyLimit = 64 * 1024 * 1024
    /// Requests of other machines that are in hand at one time.
    static nonisolated let remoteLimit = 200
    private var doors: [(channel: any Channel, path: String)] = []
    private let router: AdminRouter
    private let journal: Journal
    private var remoteConnections = 0

    init(router: AdminRouter, journal: Journal) { (self.router, self.journal) = (router, journal) }

    /// The door for this machine.
    /// - Parameter operators: users beside root who may call.
    func open(_ path: String, operators: [UInt32]) async throws {
        // Others than the owner get as far as the check of who they are, where some of them are operators.
        let mode: mode_t = operators.allSatisfy { $0 == geteuid() } ? 0o600 : 0o666
        let door = try await UnixDoor.listen(at: path, mode: mode, owner: geteuid()) { [router, journal] channel in
            let user = try PeerCredentials(of: channel).user
            let caller = operators.contains(user) || user == 0 ? HTTPConversation.AdminSource.machine(user: Self.name(of: user)) : .nobody
            if caller == .nobody { journal.warning("a user who is no operator called the admin interface", ["user": String(user)]) }
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
            try channel.pipeline.syncOperations.addHandler(HTTPConversation.ofAdministrator(caller, router))
        }
        doors.append((door, path))
    }

    /// The door for the gateway.
    /// - Parameter gateway: its user.
    func openRemote(_ path: String, gateway: UInt32) async throws {
        let door = try await UnixDoor.listen(at: path, mode: 0o600, owner: gateway) { [self, router] channel in
            let user = try PeerCredentials(of: channel).user
            guard user == gateway, remoteConnections < Self.remoteLimit else { throw ChannelError.inputClosed }
            remoteConnections += 1
            channel.closeFuture.assumeIsolated().whenComplete { _ in EventLoopActor.assumeIsolated { self.remoteConnections -= 1 } }
            try channel.pipeline.syncOperations.addHandler(ProxiedClient { address in
                try channel.pipeline.syncOperations.configureHTTPForStrangers()
                try channel.pipeline.syncOperations.addHandler(HTTPConversation.ofAdministrator(.network(address: address), router))
            })
        }
        doors.append((door, path))
    }

    func stop() async {
        for door in doors {
            try? await door.channel.close()
            unlink(door.path)
        }
    }

    private nonisolated static func name(of user: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4_096)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
            return "user \(user)"
        }
        return String(cString: name)
    }
}

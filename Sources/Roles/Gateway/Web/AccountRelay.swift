import HTTP
import Runtime

/// The way to the account pages: TLS ends here, and the bytes go to the control plane, which alone reads them.
///
/// A connection goes there with its first request, and for good: what else it asks for is the control plane's to answer, which closes that
/// of a web server on this machine after one answer. Each client has a connection of its own there, so nobody's octets are taken for
/// another's, wherever a request ends.
@EventLoopActor
final class AccountRelay {
    nonisolated static let path = "/account"
    /// Octets of a body that is passed on.
    nonisolated static let bodyLimit = 64 * 1024

    private let socket: String
    private let places: Admission
    private let patience: Duration

    /// - Parameters:
    ///   - socket: the control plane's.
    ///   - limit: connections at one time; it takes no more.
    ///   - perAddress: of one client's address among them.
    ///   - patience: how long a client may be silent or take nothing; longer than any answer takes.
    init(socket: String, limit: Int = 200, perAddress: Int = 40, patience: Duration = .seconds(60)) {
        (self.socket, self.patience) = (socket, patience)
        places = Admission(connectionsPerAddress: perAddress, connections: limit)
    }

    /// Whether a request's path leads to the account pages. What is written otherwise, with percent signs or more slashes, does not.
    nonisolated static func leads(_ path: String) -> Bool { path == Self.path || path.hasPrefix(Self.path + "/") }

    /// Whether nobody is taken until somebody leaves.
    var isFull: Bool { places.isFull }

    /// Connects the client with the control plane, and returns when one of them has ended.
    /// - Parameter octets: all that the client has sent.
    /// - Returns: what to tell a client that is not served; nothing was sent to it then.
    func serve(_ client: Connection, after octets: [UInt8]) async -> HTTPResponse? {
        guard let header = client.clientHeader else { return Self.unreachable }
        guard let place = places.enter(client.peer) else {
            return .refusal(.unavailable, "Too many people are at the account pages; try again in a minute.")
        }
        defer { places.leave(place) }
        let control: Connection
        do {
            control = try await Connection.connect(toUnixSocket: socket)
        } catch {
            Log.error("the control plane can't be reached for an account page", ["client": "\(client.peer)", "error": "\(error)"])
            return Self.unreachable
        }
        control.write(header)
        control.write(octets)
        do {
            try await control.flush(timeout: patience)
        } catch {
            await control.close(timeout: .zero)
            return Self.unreachable
        }
        await ByteRelay.run(between: client, and: control, patience: patience)
        return nil
    }

    private static let unreachable = HTTPResponse.refusal(
        .unavailable, "The account pages cannot be reached at the moment; try again in a minute.")
}

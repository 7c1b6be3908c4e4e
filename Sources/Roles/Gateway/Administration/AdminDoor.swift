import Runtime

/// A connection of an administrator on another machine: TLS ends here, and the bytes go to the control plane, which alone reads them.
@EventLoopActor
final class AdminDoor {
    /// Longer than any answer takes; who is silent for so long is gone.
    private static let patience = Duration.seconds(120)
    /// Connections at one time, which are as many as the control plane takes; and of one client's address among them, so that nobody alone
    /// shuts the door to the others.
    nonisolated static let limit = 200, perAddress = 40

    private let gateway: GatewayProcess
    private let connection: Connection

    init(gateway: GatewayProcess, connection: Connection) { (self.gateway, self.connection) = (gateway, connection) }

    func run() async {
        guard let header = connection.clientHeader, let place = gateway.administrators.enter(connection.peer) else { return }
        defer { gateway.administrators.leave(place) }
        let control: Connection
        do {
            control = try await Connection.connect(toUnixSocket: gateway.configuration.remoteAdminSocket)
        } catch {
            return Log.error(
                "the control plane can't be reached for an administrator", ["client": "\(connection.peer)", "error": "\(error)"])
        }
        control.write(header)
        await ByteRelay.run(between: connection, and: control, patience: Self.patience)
    }
}

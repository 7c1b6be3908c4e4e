/// From where an administrative request comes.
enum AdminOrigin: Sendable {
    /// Through the socket of this machine, from the user that the kernel names.
    case machine(user: String)
    /// Through the gateway, from another machine.
    case network(address: String, token: String?)
}

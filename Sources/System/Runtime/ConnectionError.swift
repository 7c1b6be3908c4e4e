/// Why bytes can't go on over a connection.
public enum ConnectionError: Error, Sendable, Equatable, CustomStringConvertible {
    case closed
    case timedOut
    /// The peer could not be reached; the text says why.
    case unreachable(String)
    case tlsFailed(String)
    /// The system reported a fault of the connection.
    case failed(String)

    public var description: String {
        switch self {
        case .closed: "the connection is closed"
        case .timedOut: "the peer did not answer in time"
        case .unreachable(let reason): "the peer can't be reached: \(reason)"
        case .tlsFailed(let reason): "TLS failed: \(reason)"
        case .failed(let reason): "the connection failed: \(reason)"
        }
    }
}

/// Who is at the other end.
public enum Peer: Sendable, Equatable, CustomStringConvertible {
    /// Addresses in text as RFC 5952 and dotted quad have it; `local` is the port that was connected to.
    case internet(address: String, port: Int, localAddress: String, localPort: Int)
    case local(PeerCredentials)

    public var description: String {
        switch self {
        case .internet(let address, _, _, _): address
        case .local(let credentials): "local process \(credentials.process)"
        }
    }

    public var isLoopback: Bool {
        switch self {
        case .internet(let address, _, _, _): address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
        case .local: true
        }
    }
}

/// What the kernel says of the process at the other end of a Unix socket, as it was when it connected.
public struct PeerCredentials: Sendable, Equatable {
    public var process: Int32
    public var user: UInt32
    public var group: UInt32

    public init(process: Int32, user: UInt32, group: UInt32) {
        self.process = process
        self.user = user
        self.group = group
    }
}

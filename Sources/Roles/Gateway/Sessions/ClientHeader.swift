import ProxyProtocol
import Runtime

extension Connection {
    /// What the control plane is told of the client ahead of its octets; nil for a client that has no address.
    var clientHeader: [UInt8]? {
        guard case .internet(let address, let port, _, _) = peer else { return nil }
        return ProxyHeader(clientAddress: address, port: UInt16(clamping: port)).encoded()
    }
}

import Glibc
import Runtime

/// Counts connections by client address (in IPv6 by the network of 64 bits, which is the least that one client has), and messages
/// in transfer, and says when there are too many.
@EventLoopActor
package final class Admission {
    /// All connections together, if the process may have the descriptors.
    private static let mostConnections = 20_000

    package struct Place { fileprivate var address: String? }

    private let connectionsPerAddress: Int
    private let connections: Int
    private var total = 0
    private var byAddress: [String: Int] = [:]
    private(set) var isClosed = false
    private var transfers = 0
    /// Of messages in transfer; beyond its bound a sender is asked to come again (421 4.3.1). While a message is handed on, it is in
    /// memory twice.
    let incoming = IncomingMemory()

    /// - Parameter descriptors: how many this process may have open; a client that has logged in takes two.
    package init(connectionsPerAddress: Int, descriptors: Int = .max) {
        self.connectionsPerAddress = connectionsPerAddress
        connections = min(Self.mostConnections, max(1, (descriptors - Self.otherDescriptors) / 2))
    }

    package init(connectionsPerAddress: Int, connections: Int) {
        (self.connectionsPerAddress, self.connections) = (connectionsPerAddress, connections)
    }

    /// What listeners, workers' doors and the like may take.
    private static let otherDescriptors = 500

    /// True when everybody together has too many connections, or none is taken any more.
    package var isFull: Bool { total >= connections || isClosed }

    /// Nil when the address, or everybody together, has too many connections already. Loopback has no limit of its own.
    package func enter(_ peer: Peer) -> Place? {
        guard !isFull else { return nil }
        guard case .internet(let address, _, _, _) = peer, !peer.isLoopback else {
            total += 1
            return Place(address: nil)
        }
        let origin = Self.origin(of: address)
        guard byAddress[origin, default: 0] < connectionsPerAddress else { return nil }
        total += 1
        byAddress[origin, default: 0] += 1
        return Place(address: origin)
    }

    /// What connections are counted by: an IPv4 address, also one that is mapped into IPv6, or the upper half of an IPv6 address.
    private static func origin(of address: String) -> String {
        var six = in6_addr()
        guard !address.hasPrefix("::ffff:"), inet_pton(AF_INET6, address, &six) == 1 else { return address }
        return withUnsafeBytes(of: &six) { $0.prefix(8).map { String($0, radix: 16) }.joined(separator: ".") + "/64" }
    }

    package func leave(_ place: Place) {
        total -= 1
        guard let address = place.address, let count = byAddress[address] else { return }
        byAddress[address] = count > 1 ? count - 1 : nil
    }

    package func close() { isClosed = true }

    func beginTransfer() { transfers += 1 }
    func endTransfer() { transfers -= 1 }

    func waitUntilNoTransfer(atMost limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while transfers > 0, ContinuousClock.now < deadline { await EventLoopActor.sleep(for: .milliseconds(20)) }
    }
}

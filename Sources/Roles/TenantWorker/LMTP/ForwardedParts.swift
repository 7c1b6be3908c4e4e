import Cryptography
import Runtime
import SMTP

/// What the relay has already of messages that go out in several parts, while it did not take the rest: when the message is tried again,
/// under the same id, only that is sent. Kept in memory; who dies between two tries sends a part once more.
@EventLoopActor
final class ForwardedParts {
    typealias Part = [UInt8]
    /// Parts that are remembered; when there are more, all are forgotten.
    private static let limit = 10_000
    private var taken: Set<Part> = []

    nonisolated init() {}

    /// - Returns: nil when it cannot be named.
    static func part(of id: DeliveryID, to recipients: [RcptCommand]) -> Part? {
        let addresses = recipients.compactMap { $0.path.address?.description }.joined(separator: "\n")
        return try? Cryptography.sha256(id.octets + Array(addresses.utf8))
    }

    func contains(_ part: Part) -> Bool { taken.contains(part) }

    func add(_ parts: [Part]) {
        if taken.count + parts.count > Self.limit { taken = [] }
        taken.formUnion(parts)
    }

    func remove(_ parts: [Part]) { taken.subtract(parts) }
}

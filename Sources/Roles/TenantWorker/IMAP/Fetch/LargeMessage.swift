import MIME
import Runtime

extension ParsedMessage {
    /// Octets of a message that is looked through in no time, whatever is in it.
    static let small = 128 * 1024

    /// Reads a message; a large one beside the event loop, which has others to serve meanwhile.
    @EventLoopActor
    static func reading(_ bytes: [UInt8], onlyHeader: Bool = false) async -> ParsedMessage {
        guard bytes.count > small else { return onlyHeader ? ParsedMessage(bytes.header) : ParsedMessage(bytes) }
        return await Task.detached { onlyHeader ? ParsedMessage(bytes.header) : ParsedMessage(bytes) }.value
    }
}

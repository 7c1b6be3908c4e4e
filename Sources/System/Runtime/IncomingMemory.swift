/// Octets of messages that clients are sending to this process, with a bound for all together. A part of it is kept for messages that
/// are small so far: whoever fills the rest with large ones does not shut the others out.
@EventLoopActor
public final class IncomingMemory {
    /// What messages may take together, in octets, and what of it large ones may not take.
    public static let limit = 256 << 20, keptForSmall = 64 << 20
    /// Octets up to which a message is small.
    public static let small = 256 << 10

    /// What messages take now.
    public fileprivate(set) var held = 0

    public init() {}

    /// What one client's message takes. Give it back with `release` before it goes.
    @EventLoopActor
    public final class Share {
        private let memory: IncomingMemory
        private var octets = 0

        public init(of memory: IncomingMemory) { self.memory = memory }

        /// - Returns: false when there is no room for more, and the client is to come again later.
        public func grow(by more: Int) -> Bool {
            octets += more
            memory.held += more
            let isSmall = octets <= IncomingMemory.small
            return memory.held <= (isSmall ? IncomingMemory.limit : IncomingMemory.limit - IncomingMemory.keptForSmall)
        }

        /// - Returns: false when it grows and there is no room for more.
        public func set(to total: Int) -> Bool {
            let more = total - octets
            return grow(by: more) || more <= 0
        }

        public func release() {
            memory.held -= octets
            octets = 0
        }
    }
}

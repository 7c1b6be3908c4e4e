import Runtime
import Testing

@Suite("Memory for messages that come in")
@EventLoopActor
struct IncomingMemoryTests {
    private static let roomForLarge = IncomingMemory.limit - IncomingMemory.keptForSmall

    @Test("Messages have a bound together, and room again when one is gone") func bound() {
        let memory = IncomingMemory()
        let first = IncomingMemory.Share(of: memory), second = IncomingMemory.Share(of: memory)
        #expect(first.grow(by: Self.roomForLarge - IncomingMemory.small - 1))
        #expect(second.grow(by: IncomingMemory.small + 1))
        #expect(!second.grow(by: 1))
        second.release()
        #expect(first.grow(by: IncomingMemory.small + 1))
        first.release()
        #expect(second.grow(by: Self.roomForLarge))
    }

    @Test("Small messages have room when large ones have none, up to a bound too") func small() {
        let memory = IncomingMemory()
        let large = IncomingMemory.Share(of: memory)
        #expect(!large.grow(by: Self.roomForLarge + 1))
        var small: [IncomingMemory.Share] = []
        for _ in 1..<IncomingMemory.keptForSmall / IncomingMemory.small {
            let share = IncomingMemory.Share(of: memory)
            #expect(share.grow(by: IncomingMemory.small))
            small.append(share)
        }
        #expect(!small[0].grow(by: 1))
        let last = IncomingMemory.Share(of: memory)
        #expect(last.grow(by: IncomingMemory.small - 2))
        #expect(!last.grow(by: 1))
    }

    @Test("What shrinks is never refused") func shrinking() {
        let memory = IncomingMemory()
        let large = IncomingMemory.Share(of: memory)
        #expect(!large.set(to: IncomingMemory.limit + 2))
        #expect(large.set(to: IncomingMemory.limit + 1))
        #expect(large.set(to: 0))
        #expect(large.set(to: Self.roomForLarge))
    }
}

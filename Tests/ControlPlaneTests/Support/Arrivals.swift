import Runtime

/// What comes in one by one, for who waits until so much is there.
@EventLoopActor
final class Arrivals<Value: Sendable> {
    private(set) var values: [Value] = []
    private let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)

    func append(_ value: Value) {
        values.append(value)
        arrived.yield()
    }

    /// All there is once it is so much; for one who waits at a time.
    func atLeast(_ count: Int) async throws -> [Value] {
        var next = arrivals.makeAsyncIterator()
        while values.count < count {
            guard await next.next(isolation: EventLoopActor.shared) != nil else { throw CancellationError() }
        }
        return values
    }
}

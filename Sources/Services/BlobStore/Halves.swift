import Synchronization

/// What two threads read of one request, until both are done.
final class Halves: Sendable {
    typealias Messages = [Result<[UInt8], BlobError>]

    private let answer: CheckedContinuation<(Messages, Messages), Never>
    private let read = Mutex<(first: Messages?, second: Messages?)>((nil, nil))

    init(_ answer: CheckedContinuation<(Messages, Messages), Never>) { self.answer = answer }

    func first(_ messages: Messages) { take { $0.first = messages } }
    func second(_ messages: Messages) { take { $0.second = messages } }

    private func take(_ half: (inout (first: Messages?, second: Messages?)) -> Void) {
        let both = read.withLock { read -> (Messages, Messages)? in
            half(&read)
            guard let first = read.first, let second = read.second else { return nil }
            return (first, second)
        }
        if let both { answer.resume(returning: both) }
    }
}

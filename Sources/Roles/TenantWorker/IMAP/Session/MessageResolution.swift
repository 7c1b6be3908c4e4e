import IMAP
import MailStore
import Runtime

/// A message as a command names it: its number in this session, and its UID.
struct NumberedMessage: Sendable, Equatable {
    let number: Int
    let uid: UID
}

extension Selection {
    /// The messages that a command is about, ascending.
    /// - Throws: BAD for a sequence number that no message has (RFC 3501 §9, seq-number). UIDs that no message has are passed over.
    func messages(_ wanted: MessageSelection) throws -> [NumberedMessage] {
        let uids = uids
        if wanted.areUIDs {
            return wanted.set.ranges(largest: uids.last ?? 0).flatMap { numbered($0, in: uids) }
        }
        if uids.isEmpty, wanted.set.elements.contains(where: { $0.first == nil || $0.last == nil }) { return [] }
        return try wanted.set.ranges(largest: UInt32(clamping: uids.count)).flatMap { range in
            guard range.lowerBound >= 1, Int(range.upperBound) <= uids.count else {
                throw ConditionResponse(tag: nil, .bad, text: "There is no message with this sequence number")
            }
            return (Int(range.lowerBound)...Int(range.upperBound)).map { NumberedMessage(number: $0, uid: uids[$0 - 1]) }
        }
    }

    private func numbered(_ range: ClosedRange<UInt32>, in uids: [UID]) -> [NumberedMessage] {
        var index = uids.firstIndex(notBelow: range.lowerBound)
        var found: [NumberedMessage] = []
        while index < uids.count, uids[index] <= range.upperBound {
            found.append(NumberedMessage(number: index + 1, uid: uids[index]))
            index += 1
        }
        return found
    }
}

extension Array<UID> {
    /// By bisection, in ascending numbers.
    func firstIndex(notBelow bound: UID) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

import IMAP
import MIME
import MailStore
import Runtime

/// A search key made ready for one mailbox: sets resolved, texts folded.
indirect enum SearchPlan: Sendable {
    case constant(Bool)
    case not(SearchPlan), or(SearchPlan, SearchPlan), and([SearchPlan])
    case flags(MessageFlags), withoutFlags(MessageFlags), keyword(String)
    case recent
    case numbers([ClosedRange<UInt32>]), uids([ClosedRange<UInt32>])
    case larger(Int64), smaller(Int64)
    case days(ClosedRange<Int64>), sentDays(ClosedRange<Int64>)
    case header([UInt8], MIME.SearchKey), body(MIME.SearchKey), text(MIME.SearchKey)

    /// A message in question; without `content` as long as it has not been read.
    struct Subject: Sendable {
        let number: Int
        let info: MessageInfo
        let isRecent: Bool
        var content: ParsedMessage?
    }

    @EventLoopActor
    init(_ key: IMAP.SearchKey, in selection: Selection) {
        func plan(_ key: IMAP.SearchKey) -> SearchPlan { SearchPlan(key, in: selection) }
        func text(_ bytes: [UInt8]) -> MIME.SearchKey { MIME.SearchKey(String(decoding: bytes, as: UTF8.self)) }
        self =
            switch key {
            case .all: .constant(true)
            case .not(let key): .not(plan(key))
            case .or(let first, let second): .or(plan(first), plan(second))
            case .and(let keys): .and(keys.map(plan))
            case .flags(let flags): .flags(MessageFlags(flags))
            case .withoutFlags(let flags): .withoutFlags(MessageFlags(flags))
            case .keyword(let keyword): .keyword(keyword.lowercased())
            case .withoutKeyword(let keyword): .not(.keyword(keyword.lowercased()))
            case .recent: .recent
            case .new: .and([.recent, .withoutFlags(.seen)])
            case .old: .not(.recent)
            case .sequence(let set): .numbers(set.ranges(largest: UInt32(clamping: selection.count)))
            case .uid(let set): .uids(set.ranges(largest: selection.uids.last ?? 0))
            case .larger(let octets): .larger(Int64(octets))
            case .smaller(let octets): .smaller(Int64(octets))
            case .before(let day): .days(Int64.min...(day.daysSince1970 - 1))
            case .on(let day): .days(day.daysSince1970...day.daysSince1970)
            case .since(let day): .days(day.daysSince1970...Int64.max)
            case .sentBefore(let day): .sentDays(Int64.min...(day.daysSince1970 - 1))
            case .sentOn(let day): .sentDays(day.daysSince1970...day.daysSince1970)
            case .sentSince(let day): .sentDays(day.daysSince1970...Int64.max)
            case .header(let name, let value): .header(name, text(value))
            case .body(let value): .body(text(value))
            case .text(let value): .text(text(value))
            }
    }

    /// Whether a message matches, once it has been read.
    func matches(_ subject: Subject, _ bytes: [UInt8], onlyHeader: Bool) -> Bool {
        var subject = subject
        subject.content = onlyHeader ? ParsedMessage(bytes.header) : ParsedMessage(bytes)
        return matches(subject) == true
    }

    /// Nil: not to be told without the content.
    func matches(_ subject: Subject) -> Bool? {
        switch self {
        case .constant(let value): return value
        case .not(let plan): return plan.matches(subject).map { !$0 }
        case .or(let first, let second):
            let one = first.matches(subject)
            if one == true { return true }
            let other = second.matches(subject)
            if other == true { return true }
            return one == nil || other == nil ? nil : false
        case .and(let plans):
            var isUnknown = false
            for plan in plans {
                switch plan.matches(subject) {
                case false: return false
                case nil: isUnknown = true
                case true: break
                }
            }
            return isUnknown ? nil : true
        case .flags(let flags): return subject.info.flags.isSuperset(of: flags)
        case .withoutFlags(let flags): return subject.info.flags.isDisjoint(with: flags)
        case .keyword(let keyword): return subject.info.keywords.contains { $0.lowercased() == keyword }
        case .recent: return subject.isRecent
        case .numbers(let ranges): return ranges.hold(UInt32(clamping: subject.number))
        case .uids(let ranges): return ranges.hold(subject.info.uid)
        case .larger(let octets): return subject.info.size > octets
        case .smaller(let octets): return subject.info.size < octets
        case .days(let days): return days.contains(InternalDate(secondsSince1970: subject.info.internalDate).day.daysSince1970)
        case .sentDays(let days):
            guard let content = subject.content else { return nil }
            guard let date = content.first("Date").flatMap({ DateTime(parsing: $0) }) else { return false }
            return days.contains(date.localDate.daysSince1970)
        case .header(let name, let value): return subject.content.map { $0.headerContains(name, value) }
        case .body(let value): return subject.content.map { $0.bodyContains(value) }
        case .text(let value): return subject.content.map { $0.textContains(value) }
        }
    }
}

extension [ClosedRange<UInt32>] {
    /// By bisection; the ranges ascend and do not overlap.
    func hold(_ number: UInt32) -> Bool {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].contains(number) { return true }
            if self[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return false
    }
}

import IMAP
import MIME
import MailStore

/// What has to be at hand to answer the items of a FETCH.
struct FetchPlan {
    /// The stored message: not at all, its header only, or all of it.
    enum Need: Int, Comparable {
        case nothing, header, message
        static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }
    }
    let items: [FetchItem]
    /// The texts that are made from messages' structures, in the order of the items.
    let structures: [DerivedBytes.Kind]
    var needsStructure: Bool { !structures.isEmpty }
    let need: Need
    let marksSeen: Bool
    let fetchesPieces: Bool
    /// All that is wanted of the content is all of it: nobody has to know what is where.
    let isWhole: Bool

    init(_ items: [FetchItem], readOnly: Bool) {
        self.items = items
        structures = items.compactMap(\.structure)
        need = items.map(FetchPlan.need).max() ?? .nothing
        marksSeen = !readOnly && items.contains(where: \.marksSeen)
        fetchesPieces = items.contains {
            if case .section(_, let range, _) = $0 { range != nil } else { false }
        }
        isWhole = need == .message && items.allSatisfy { FetchPlan.need($0) == .nothing || $0.isWhole }
    }

    private static func need(_ item: FetchItem) -> Need {
        switch item {
        case .uid, .flags, .internalDate, .size, .envelope, .body, .bodyStructure: return .nothing
        case .rfc822Header: return .header
        case .rfc822, .rfc822Text: return .message
        case .section(let section, _, _):
            switch section.content {
            case .header, .headerFields, .headerFieldsNot: return section.part.isEmpty ? .header : .message
            case .text, .mime, nil: return .message
            }
        }
    }
}

extension FetchItem {
    fileprivate var isWhole: Bool {
        switch self {
        case .rfc822: true
        case .section(let section, nil, _): section.part.isEmpty && section.content == nil
        default: false
        }
    }
}

extension [UInt8] {
    /// The header with the blank line behind it; everything when there is none.
    var header: ArraySlice<UInt8> {
        var index = startIndex
        while let lineFeed = self[index...].firstIndex(of: 10) {
            let next = lineFeed + 1
            if next < count, self[next] == 10 { return self[...next] }
            if next + 1 < count, self[next] == 13, self[next + 1] == 10 { return self[...(next + 1)] }
            index = next
        }
        return self[...]
    }
}

import MIME

/// The header fields that clients search most (RFC 3501 §6.4.4), cut out of a message to be kept in memory.
package enum SearchedFields {
    package static let names = ["subject", "from", "to", "cc", "bcc", "date", "message-id"]

    /// Every field of these names as it lies in the message: reading it again gives the same values.
    package static func bytes(of message: ParsedMessage) -> [UInt8] {
        var kept: [UInt8] = []
        for field in message.root.fields where names.contains(where: { message.name(of: field).isEqualIgnoringCase($0) }) {
            kept += message.bytes[field.range]
            if kept.last != 10 { kept += [13, 10] }
        }
        return kept + [13, 10]
    }
}

extension SearchPlan {
    /// Whether the content that decides is nothing but fields of these names, in lower case.
    func asksFor(only names: [String]) -> Bool {
        switch self {
        case .not(let plan): plan.asksFor(only: names)
        case .or(let first, let second): first.asksFor(only: names) && second.asksFor(only: names)
        case .and(let plans): plans.allSatisfy { $0.asksFor(only: names) }
        case .header(let name, _): names.contains { name[...].isEqualIgnoringCase($0) }
        case .sentDays: names.contains("date")
        case .body, .text: false
        case .constant, .flags, .withoutFlags, .keyword, .recent, .numbers, .uids, .larger, .smaller, .days: true
        }
    }
}

extension ArraySlice<UInt8> {
    /// - Parameter name: in lower-case ASCII.
    func isEqualIgnoringCase(_ name: String) -> Bool {
        elementsEqual(name.utf8) { octet, lower in (0x41...0x5A).contains(octet) ? octet + 0x20 == lower : octet == lower }
    }
}

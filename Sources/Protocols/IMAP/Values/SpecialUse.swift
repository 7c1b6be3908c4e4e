/// What a mailbox is for (RFC 6154 §2). The raw values are stored.
public enum SpecialUse: String, Sendable, CaseIterable {
    case all = "\\All", archive = "\\Archive", drafts = "\\Drafts", flagged = "\\Flagged", junk = "\\Junk", sent = "\\Sent", trash =
        "\\Trash"
}

extension Parser {
    /// ` (USE (attribute …))` behind CREATE, or nothing (RFC 6154 §3).
    mutating func createOptions() throws(SyntaxError) -> [SpecialUse] {
        guard next == ByteClass.space, position + 1 < text.count, text[position + 1] == UInt8(ascii: "(") else { return [] }
        try space()
        try expect("(")
        guard try word() == "USE" else { throw .expected("USE") }
        try space()
        var uses: [SpecialUse] = []
        try list(mayBeEmpty: true) { parser throws(SyntaxError) in
            try parser.expect("\\")
            let name = "\\" + (try parser.word())
            guard let use = SpecialUse.allCases.first(where: { $0.rawValue.uppercased() == name }), use != .all, use != .flagged else {
                throw .unsupportedSpecialUse
            }
            if !uses.contains(use) { uses.append(use) }
        }
        try expect(")")
        return uses
    }
}

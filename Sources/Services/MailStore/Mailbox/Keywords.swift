/// Rules for keywords: atoms without regard to ASCII case (RFC 9051 §2.3.2, §9 `flag-keyword`).
enum Keywords {
    static func check(_ keywords: [String]) throws(StoreError) {
        guard keywords.count <= StoreLimits.keywordsPerMessage else { throw .limitReached(reason: "too many keywords") }
        for keyword in keywords {
            guard !keyword.isEmpty, keyword.utf8.count <= StoreLimits.keyword, keyword.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
                throw .limitReached(reason: "a keyword is too long or has a space")
            }
        }
    }

    /// Each once, in a fixed order, so that equal sets are equal lists.
    static func normalized(_ keywords: [String]) -> [String] {
        guard keywords.count > 1 else { return keywords }
        var seen: Set<String> = []
        return keywords.filter { seen.insert($0.lowercased()).inserted }.sorted { $0.lowercased() < $1.lowercased() }
    }

    static func changed(_ current: [String], _ change: FlagChange, _ keywords: [String]) -> [String] {
        switch change {
        case .replace: return normalized(keywords)
        case .add: return normalized(current + keywords)
        case .remove:
            let removed = Set(keywords.map { $0.lowercased() })
            return current.filter { !removed.contains($0.lowercased()) }
        }
    }
}

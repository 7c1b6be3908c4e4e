/// A record of tags and values, such as `v=DMARC1; p=none` (RFC 7489 §6.4, RFC 8460 §3, RFC 8461 §3.1).
package struct TagList: Sendable {
    private var tags: [(name: String, value: String)] = []

    package init(_ text: String) {
        for tag in text.split(separator: ";") {
            let parts = tag.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\t" } }
            if parts.count == 2 { tags.append((parts[0], parts[1])) }
        }
    }

    /// The first of the name; nil when there is none.
    package subscript(name: String) -> String? { tags.first { $0.name == name }?.value }
}

/// What a domain's DMARC record asks of who gets mail in its name.
package struct DMARCRecord: Sendable {
    private let tags: TagList

    package init(_ text: String) { tags = TagList(text) }

    /// It has mail that fails taken as any other: right while mail goes out unsigned.
    package var asksForNothing: Bool { tags["p"]?.lowercased() == "none" }
}

import AdminAPI

enum QuotaTable {
    static func of(_ report: QuotaReport) -> Table {
        Table(
            ["level", "name", "used", "quota", "from", "messages", "message quota", "kept"],
            report.levels.map { standing in
                [
                    .text(standing.level.rawValue), .text(standing.name), .size(standing.usage.bytes), .sizeLimit(standing.limits.bytes),
                    .text(standing.sources),
                    .number(standing.usage.messages), .numberLimit(standing.limits.messages),
                    standing.kept.map { .size($0.bytes) } ?? .text(""),
                ]
            })
    }
}

extension QuotaStanding {
    /// That of the messages only where there is one, and it is another.
    fileprivate var sources: String {
        messagesSource == .nobody || messagesSource == source ? source.description : "\(source), messages: \(messagesSource)"
    }
}

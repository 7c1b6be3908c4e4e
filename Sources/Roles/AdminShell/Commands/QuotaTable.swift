import AdminAPI

enum QuotaTable {
    static func of(_ report: QuotaReport) -> Table {
        Table(
            ["level", "name", "used", "quota", "from", "messages", "message quota"],
            report.levels.map { standing in
                [
                    .text(standing.level.rawValue), .text(standing.name), .size(standing.usage.bytes), .sizeLimit(standing.limits.bytes),
                    .text(standing.source.description),
                    .number(standing.usage.messages), .numberLimit(standing.limits.messages),
                ]
            })
    }
}

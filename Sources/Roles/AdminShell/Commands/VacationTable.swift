import AdminAPI

enum VacationTable {
    static func of(_ vacations: [Vacation], withText: Bool) -> Table {
        Table(
            ["user", "tenant", "from", "until", "days", "subject"] + (withText ? ["text"] : []),
            vacations.map { vacation in
                [
                    .text(vacation.address.text), .text(vacation.tenant.text), .text(vacation.from?.text ?? ""),
                    .text(vacation.until?.text ?? ""), .text("\(vacation.days)"), .text(vacation.subject),
                ] + (withText ? [.text(vacation.text)] : [])
            })
    }
}

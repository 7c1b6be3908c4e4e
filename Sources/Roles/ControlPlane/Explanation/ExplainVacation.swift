import AdminAPI

extension Provisioning {
    /// Whether whoever writes to the user is told that it is away.
    func vacationStep(of address: EmailAddress) async throws -> [Explanation.Step] {
        guard let vacation = try await vacations(of: address).first else { return [] }
        let bounds = [vacation.from.map { ", from \($0)" }, vacation.until.map { ", until \($0)" }].compactMap(\.self).joined()
        return [
            .tells(
                "vacation of \(address)",
                """
                Once the mail is stored, its sender is told "\(vacation.subject)", once in \(vacation.days) days\(bounds); not a list, a \
                program, or who wrote to a group.
                """, change: "vacation clear \(address)")
        ]
    }
}

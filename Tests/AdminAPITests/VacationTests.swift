import AdminAPI
import Testing

@Suite("Vacations") struct VacationTests {
    private static func day(_ text: String) -> Day? { try? Day(text) }

    static let right: [NewVacation] = [
        NewVacation(subject: "Away", text: "Back soon.\r\n\tAnn"), NewVacation(subject: "Grüße", text: "x", days: 1),
        NewVacation(subject: "x", text: "x", from: day("2026-05-01"), until: day("2026-05-01"), days: 30),
        NewVacation(subject: "x", text: String(repeating: "x", count: NewVacation.maximumText)),
    ]
    @Test("A subject of one line, a text, and days in their order", arguments: right) func taken(vacation: NewVacation) throws {
        try vacation.validate()
    }

    static let wrong: [NewVacation] = [
        NewVacation(subject: "", text: "x"), NewVacation(subject: "x", text: ""), NewVacation(subject: "x\nBcc: y@z.example", text: "x"),
        NewVacation(subject: "x\u{85}y", text: "x"), NewVacation(subject: "x", text: "\u{1B}[2J"), NewVacation(subject: "x", text: "x\0"),
        NewVacation(subject: "x", text: "x", days: 0), NewVacation(subject: "x", text: "x", days: 31),
        NewVacation(subject: "x", text: "x", from: day("2026-05-02"), until: day("2026-05-01")),
        NewVacation(subject: String(repeating: "x", count: 251), text: "x"),
        NewVacation(subject: "x", text: String(repeating: "x", count: NewVacation.maximumText + 1)),
    ]
    @Test("Nothing else", arguments: wrong) func refused(vacation: NewVacation) {
        #expect(throws: AdminError.self) { try vacation.validate() }
    }
}

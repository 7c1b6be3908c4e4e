import AdminAPI
import WebForms

extension AccountRouter {
    func vacationPage(_ visit: Visit) async throws -> HTML {
        let set = try await provisioning.vacations(of: visit.standing.address).first, sent = visit.fields
        let usual = set?.days ?? NewVacation.usualDays
        let subject = sent["subject"] ?? set?.subject ?? "", text = sent.lines("text") ?? set?.text ?? ""
        let from = sent["from"] ?? set?.from?.text ?? "", until = sent["until"] ?? set?.until?.text ?? ""
        let days = sent["days"] ?? String(usual)
        let fields: HTML = """
            <label>Subject <input name="subject" value="\(subject)" maxlength="250" required></label>
            <label>Text <textarea name="text" required>
            \(text)</textarea></label>
            <label>First day <input type="date" name="from" value="\(from)" placeholder="2026-07-01"></label>
            <label>Last day <input type="date" name="until" value="\(until)" placeholder="2026-07-21"></label>
            <label>Days before the same sender is told again
            <input type="number" name="days" value="\(days)" min="\(NewVacation.possibleDays.lowerBound)"
            max="\(NewVacation.possibleDays.upperBound)"></label>
            <p class="hint">Days begin and end at midnight UTC. Without a first or last day there is no such end.</p>
            <button>Set the message</button>
            """
        let off = set == nil ? "" : PageFrame.form(.clearVacation, visit, "<button>Switch it off</button>")
        return """
            <p>Who writes to you is told this by the mail system\(set == nil ? ", once it is set" : "").</p>
            \(PageFrame.form(.setVacation, visit, fields))
            \(off)
            """
    }

    func setVacation(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let fields = visit.fields, owner = visit.owner
        let days = try Self.given(fields["days"]).map { text in
            guard let number = Int(text) else { throw AdminError(.invalid, "The days before a sender is told again are a number.") }
            return number
        }
        let new = NewVacation(
            subject: fields["subject"] ?? "", text: fields.lines("text") ?? "", from: try Self.given(fields["from"]).map { try Day($0) },
            until: try Self.given(fields["until"]).map { try Day($0) }, days: days)
        try new.validate()
        _ = try await recorded(Calls.setVacation, visit, trace) {
            try await provisioning.setVacation(new, of: owner.address, owner: owner)
        }
        visit.session.say("The vacation message is set.", on: .vacation)
        return .redirect(to: .vacation)
    }

    func clearVacation(_ visit: Visit, _ trace: String) async throws -> PageResponse {
        let owner = visit.owner
        try await recorded(Calls.clearVacation, visit, trace) {
            try await provisioning.clearVacation(of: owner.address, owner: owner)
        }
        visit.session.say("The vacation message is switched off.", on: .vacation)
        return .redirect(to: .vacation)
    }

    /// nil for a field that was left empty.
    private static nonisolated func given(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text
    }
}

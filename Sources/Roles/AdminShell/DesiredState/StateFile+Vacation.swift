import AdminAPI
import Yams

extension StateFile {
    /// `none`, or what those are told who write.
    static func vacation(_ node: Node?, _ reading: inout YAMLReading) -> DesiredVacation? {
        guard let node else { return nil }
        if case .scalar(let scalar) = node, scalar.string == "none" { return .here }
        guard let fields = reading.fields(node, of: "A vacation", known: ["subject", "text", "from", "until", "days"]) else { return nil }
        reading.require(fields, "subject", of: "A vacation", at: node)
        reading.require(fields, "text", of: "A vacation", at: node)
        let subject = reading.value(fields["subject"], "subject") { $0 }, text = reading.value(fields["text"], "text") { $0 }
        let from = reading.value(fields["from"], "from") { try Day($0) }, until = reading.value(fields["until"], "until") { try Day($0) }
        let days = reading.value(fields["days"], "days") { text in
            guard let days = Int(text) else { throw AdminError(.invalid, "\"\(text.prefix(60))\" is no number.") }
            return days
        }
        guard let subject, let text else { return nil }
        let vacation = NewVacation(subject: subject, text: text, from: from, until: until, days: days)
        do { try vacation.validate() } catch { reading.wrong(node, "vacation: \(error.message)") }
        return .away(as: vacation)
    }
}

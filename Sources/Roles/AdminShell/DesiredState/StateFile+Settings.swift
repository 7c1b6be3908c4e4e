import AdminAPI
import Quantities
import Yams

extension StateFile {
    /// `quota` and `messages`.
    static func quota(_ fields: [String: Node], _ level: QuotaLevel, _ reading: inout YAMLReading) -> QuotaChange? {
        let size: LimitChange<ByteCount>? = reading.value(fields["quota"], "quota") { text in
            switch text {
            case "unlimited": return .unlimited
            case "plan" where level != .domain: return .planned
            default: break
            }
            guard let size = ByteCount(text) else {
                throw AdminError(
                    .invalid, "\"\(text.prefix(60))\" is not a size.",
                    hint: "Write a size such as 500MB, unlimited\(level == .domain ? "." : ", or plan for what the plan says.")")
            }
            return .to(size)
        }
        let messages: LimitChange<Int64>? = reading.value(fields["messages"], "messages") { text in
            if text == "unlimited" { return .unlimited }
            guard let number = Int64(text), number >= 0 else {
                throw AdminError(.invalid, "\"\(text.prefix(60))\" is not a number.", hint: "Write a number, or unlimited.")
            }
            return .to(number)
        }
        return size == nil && messages == nil ? nil : QuotaChange(bytes: size, messages: messages)
    }

    static func suspension(_ fields: [String: Node], _ reading: inout YAMLReading) -> ([Suspendable]?, SuspensionReason?) {
        let known = Suspendable.allCases.map(\.rawValue).joined(separator: ", ")
        let what = reading.values(fields["suspended"], "suspended") { text in
            guard let what = Suspendable(rawValue: text) else {
                throw AdminError(.invalid, "\"\(text.prefix(60))\" cannot be suspended.", hint: "Write a list of \(known).")
            }
            return what
        }
        let reason = reading.value(fields["suspensionReason"], "suspensionReason") { try SuspensionReason($0) }
        if reason != nil, what?.isEmpty != false {
            reading.wrong(fields["suspensionReason"], "suspensionReason: nothing is suspended; write what, as a list of \(known).")
        }
        return (what, reason)
    }

    /// - Parameter level: nil for a plan's.
    static func limits(_ node: Node?, _ level: QuotaLevel?, _ reading: inout YAMLReading) -> LimitChanges? {
        let names = LimitName.allCases.filter { name in level.map { name.overridden.contains($0) } ?? true }
        guard let node, let fields = reading.fields(node, of: "limits", known: names.map(\.rawValue)) else { return nil }
        var values: [LimitName: LimitValue?] = [:]
        for name in names {
            guard let value = fields[name.rawValue] else { continue }
            if name.kind == .services, case .sequence = value {
                let services = reading.values(value, name.rawValue) { try Self.limit($0, name) } ?? []
                values[name] = .some(.services(services.flatMap { $0?.services ?? [] }))
            } else if let limit = reading.value(value, name.rawValue, { try Self.limit($0, name) }) {
                values[name] = .some(limit)
            }
        }
        return LimitChanges(values)
    }

    private static func limit(_ text: String, _ name: LimitName) throws -> LimitValue? {
        guard let limit = LimitText.value(text, of: name) else {
            throw AdminError(
                .invalid, "\"\(text.prefix(60))\" is not such a limit.",
                hint: "Write \(LimitText.form(of: name)), or unlimited, or none.")
        }
        return limit
    }
}

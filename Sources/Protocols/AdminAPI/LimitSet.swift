import Quantities

/// How much of something: in JSON a number, a list of services, or the word `unlimited`.
public enum LimitValue: Codable, Sendable, Hashable, CustomStringConvertible {
    case unlimited, number(Int64), services([MailService])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self) {
            guard word == "unlimited" else {
                throw AdminError(.invalid, "\(quoted(word)) is not a limit.", hint: "Send a number, a list of services, or \"unlimited\".")
            }
            self = .unlimited
        } else if let number = try? container.decode(Int64.self) {
            self = .number(number)
        } else {
            self = .services(try container.decode([MailService].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .unlimited: try container.encode("unlimited")
        case .number(let number): try container.encode(number)
        case .services(let services): try container.encode(services)
        }
    }

    public var number: Int64? { if case .number(let number) = self { number } else { nil } }
    public var services: [MailService]? { if case .services(let services) = self { services } else { nil } }

    public var description: String {
        switch self {
        case .unlimited: "unlimited"
        case .number(let number): "\(number)"
        case .services(let services): services.isEmpty ? "no service" : services.map(\.rawValue).joined(separator: ",")
        }
    }

    /// For people: sizes with their unit.
    public func shown(as kind: LimitName.Kind) -> String {
        if case (.octets, .number(let octets)) = (kind, self) { return ByteCount(octets).description }
        return description
    }
}

/// Limits by their names. What is not named is not limited here.
public struct LimitSet: Codable, Sendable, Hashable {
    public var values: [LimitName: LimitValue]

    public init(_ values: [LimitName: LimitValue] = [:]) { self.values = values }

    public init(from decoder: any Decoder) throws {
        values = try LimitChanges(from: decoder).values.compactMapValues(\.self)
    }

    public func encode(to encoder: any Encoder) throws { try LimitChanges(values).encode(to: encoder) }

    public mutating func apply(_ changes: LimitChanges) {
        for (name, value) in changes.values { values[name] = value }
    }
}

/// Limits that are to be set; in JSON an object, in which `null` takes a limit away: what stands above it decides then.
public struct LimitChanges: Codable, Sendable, Hashable {
    public var values: [LimitName: LimitValue?]

    public init(_ values: [LimitName: LimitValue?]) { self.values = values }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        values = [:]
        for key in container.allKeys {
            guard let name = LimitName(rawValue: key.stringValue) else {
                let known = LimitName.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminError(.invalid, "\(quoted(key.stringValue)) is not the name of a limit.", hint: "Limits are \(known).")
            }
            values[name] = .some(try container.decodeIfPresent(LimitValue.self, forKey: key))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, value) in values { try container.encode(value, forKey: Key(stringValue: name.rawValue)) }
    }

    /// - Parameter level: whose they are to be; nil: a plan's.
    /// - Throws: `AdminError` of kind `invalid` for a value that does not fit its name, or a limit that this level cannot have.
    public func validate(for level: QuotaLevel?) throws(AdminError) {
        for (name, value) in values {
            if let level, !name.overridden.contains(level) {
                throw AdminError(
                    .invalid, "The limit \(name.words) cannot be overridden for a \(level.rawValue).",
                    hint: name.hint(for: level))
            }
            switch (name.kind, value) {
            case (_, nil), (_, .unlimited), (.services, .services): continue
            case (.count, .number(let number)), (.octets, .number(let number)):
                guard number >= 0 else { throw AdminError(.invalid, "The limit \(name.words) cannot be negative.") }
            case (.services, _):
                throw AdminError(
                    .invalid, "The limit \(name.words) is a list of services.",
                    hint: "Services are \(MailService.allCases.map(\.rawValue).joined(separator: ", ")).")
            case (.count, _), (.octets, _): throw AdminError(.invalid, "The limit \(name.words) is a number.")
            }
        }
    }
}

extension LimitName {
    /// What is there instead of an override. What is deleted with its domain or tenant is kept as long as that is, so a user has no days of
    /// their own.
    fileprivate func hint(for level: QuotaLevel) -> String? {
        switch (self, level) {
        case (.keptDays, .user): "`user delete --now` destroys one user at once, and `hold set` keeps one for longer."
        default: kind == .octets ? "`quota set` gives a \(level.rawValue) a quota of its own." : nil
        }
    }
}

import Quantities

/// How much may be stored; nil is unlimited, in JSON an explicit `null`.
public struct QuotaLimits: Codable, Sendable, Hashable {
    public var bytes: ByteCount?
    public var messages: Int64?

    public static let unlimited = QuotaLimits()

    public init(bytes: ByteCount? = nil, messages: Int64? = nil) { (self.bytes, self.messages) = (bytes, messages) }

    private enum CodingKeys: String, CodingKey { case bytes, messages }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(messages, forKey: .messages)
    }
}

/// How much is stored.
public struct Usage: Codable, Sendable, Hashable {
    public var bytes: ByteCount
    public var messages: Int64

    public static let none = Usage(bytes: .zero, messages: 0)

    public init(bytes: ByteCount, messages: Int64) { (self.bytes, self.messages) = (bytes, messages) }
}

/// One level's limit and use.
public struct QuotaStanding: Codable, Sendable, Hashable {
    public var level: QuotaLevel
    /// The tenant's name, the domain, or the address.
    public var name: String
    public var limits: QuotaLimits
    /// Where the limit on storage comes from.
    public var source: LimitSource
    /// Where the limit on the number of messages comes from: the level itself, for plans say nothing of it.
    public var messagesSource: LimitSource
    public var usage: Usage
    /// Mail of deleted users and domains that is kept, beside what counts. nil: a user has none such.
    public var kept: Usage?

    /// - Parameter own: the level as it is named where it limits something itself.
    public init(
        level: QuotaLevel, name: String, limits: QuotaLimits, source: LimitSource, own: LimitSource, usage: Usage, kept: Usage? = nil
    ) {
        self.kept = kept
        (self.level, self.name, self.limits, self.source, self.usage) = (level, name, limits, source, usage)
        messagesSource = limits.messages == nil ? .nobody : own
    }
}

/// The answer to `GET` and `PUT /quotas/{target}`: the target's own level first, then every level above it, all of which bind.
public struct QuotaReport: Codable, Sendable, Hashable {
    public var target: QuotaTarget
    public var levels: [QuotaStanding]
    /// Sentences on what is out of the ordinary: a level that uses more than its limit, a warning that was given.
    public var notices: [String]

    public init(target: QuotaTarget, levels: [QuotaStanding], notices: [String]) {
        (self.target, self.levels, self.notices) = (target, levels, notices)
    }
}

/// The body of `PUT /quotas/{target}`: what is left out stays as it is. Of something new, what is left out is as the plan says.
public struct QuotaChange: Codable, Sendable, Hashable {
    public var bytes: LimitChange<ByteCount>?
    public var messages: LimitChange<Int64>?

    public init(bytes: LimitChange<ByteCount>? = nil, messages: LimitChange<Int64>? = nil) {
        (self.bytes, self.messages) = (bytes, messages)
    }

    /// - Throws: `AdminError` of kind `invalid` when a limit is negative, or left to a plan that has none such.
    public func validate(at level: QuotaLevel) throws(AdminError) {
        if case .to(let limit) = bytes, limit < .zero { throw AdminError(.invalid, "A quota cannot be negative.") }
        if case .to(let limit) = messages, limit < 0 { throw AdminError(.invalid, "A quota cannot be negative.") }
        if messages == .planned || (bytes == .planned && level == .domain) {
            throw AdminError(.invalid, "Plans limit the storage of tenants and users, not of domains, and no numbers of messages.")
        }
    }

    /// - Throws: `AdminError` of kind `invalid` when nothing is to change.
    public func validateIsSome() throws(AdminError) {
        if bytes == nil, messages == nil {
            throw AdminError(.invalid, "Nothing is to change.", hint: "Give a limit for bytes, for messages, or for both.")
        }
    }
}

/// A new limit: in JSON an integer, or the word `unlimited` or `plan`.
public enum LimitChange<Value: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    case unlimited, to(Value)
    /// What the plan says.
    case planned

    /// The number, if it is one.
    public var limit: Value? {
        switch self {
        case .unlimited, .planned: nil
        case .to(let value): value
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self) {
            switch word {
            case "unlimited": self = .unlimited
            case "plan": self = .planned
            default:
                throw AdminError(.invalid, "\(quoted(word)) is not a limit.", hint: "Send an integer, \"unlimited\" or \"plan\".")
            }
        } else {
            self = .to(try container.decode(Value.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .unlimited: try container.encode("unlimited")
        case .planned: try container.encode("plan")
        case .to(let value): try container.encode(value)
        }
    }
}

/// The three levels at which usage is counted and limited, innermost first.
public enum QuotaScope: String, Sendable, CaseIterable, CustomStringConvertible {
    case user, domain, tenant
    public var description: String { rawValue }
}

/// What a quota limits.
public enum QuotaResource: String, Sendable, CaseIterable {
    /// Octets of messages (RFC 9208 STORAGE, there in units of 1024).
    case bytes
    /// Number of messages (RFC 9208 MESSAGE).
    case messages
}

/// A delivery, append or copy would pass a limit.
public struct QuotaRefusal: Error, Sendable, Equatable {
    public let scope: QuotaScope
    public let resource: QuotaResource
    /// What is used now, and what the limit is, in the resource's unit.
    public let used: Int64
    public let limit: Int64

    public init(scope: QuotaScope, resource: QuotaResource, used: Int64, limit: Int64) {
        self.scope = scope
        self.resource = resource
        self.used = used
        self.limit = limit
    }
}

/// Octets and messages that are stored.
public struct QuotaUsage: Sendable, Equatable {
    public var bytes: Int64
    public var messages: Int64
    public init(bytes: Int64 = 0, messages: Int64 = 0) {
        self.bytes = bytes
        self.messages = messages
    }
}

/// Limits of one level; nil is no limit.
public struct QuotaLimits: Sendable, Equatable {
    public var bytes: Int64?
    public var messages: Int64?
    public init(bytes: Int64? = nil, messages: Int64? = nil) {
        self.bytes = bytes
        self.messages = messages
    }
}

/// One level's usage and limits, for GETQUOTA (RFC 9208 §4.1).
public struct QuotaLevel: Sendable, Equatable {
    public let scope: QuotaScope
    public let usage: QuotaUsage
    public let limits: QuotaLimits

    public init(scope: QuotaScope, usage: QuotaUsage, limits: QuotaLimits) {
        self.scope = scope
        self.usage = usage
        self.limits = limits
    }
}

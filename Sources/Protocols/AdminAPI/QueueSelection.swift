/// Many queued messages, of which a request changes a page.
public struct QueueSelection: Codable, Sendable, Hashable {
    public var tenant: TenantName?
    /// Those with a recipient there who waits still. A message with several is taken as a whole.
    public var recipientDomain: DomainName?
    /// The last one of the page before.
    public var after: QueueID?
    /// The last one that there was when somebody looked: those that came since are not meant.
    public var upTo: QueueID?

    /// Messages of a page: as many as the relay changes well within the time that it is given.
    public static let pageSize = 500

    public init(tenant: TenantName? = nil, recipientDomain: DomainName? = nil, after: QueueID? = nil, upTo: QueueID? = nil) {
        (self.tenant, self.recipientDomain, self.after, self.upTo) = (tenant, recipientDomain, after, upTo)
    }
}

/// What became of a page of queued messages.
public struct QueueBatch: Codable, Sendable, Hashable {
    /// Those that were changed; the others went away meanwhile.
    public var messages = 0
    /// The first and the last one that was looked at; nil: there was none.
    public var first: QueueID?
    public var last: QueueID?
    /// No further page follows.
    public var isLast = true
    /// Of the first page.
    public var total: QueueTotal?

    public init() {}
}

/// All that is selected.
public struct QueueTotal: Codable, Sendable, Hashable {
    public var messages: Int
    /// Those of them who wait still.
    public var recipients: Int
    /// The last message; nil: there is none.
    public var upTo: QueueID?

    public init(messages: Int, recipients: Int, upTo: QueueID?) {
        (self.messages, self.recipients, self.upTo) = (messages, recipients, upTo)
    }
}

/// What an attempt came to for one recipient.
public struct RecipientOutcome: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        case delivered
        case failed
        /// To be tried again at that time.
        case waiting(until: Int64)
    }
    public var recipient: Int32
    public var state: State
    /// The other side's last words, or ours about it.
    public var reply: String

    public init(recipient: Int32, state: State, reply: String) {
        self.recipient = recipient
        self.state = state
        self.reply = reply
    }

    var stateName: String {
        switch state {
        case .delivered: "delivered"
        case .failed: "failed"
        case .waiting: "waiting"
        }
    }
}

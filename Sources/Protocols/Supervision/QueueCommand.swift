/// What an operator may do to queued messages. `messages` are queue identifiers; empty means all.
public struct QueueCommand: Codable, Sendable, Equatable {
    public enum Verb: String, Codable, Sendable { case retry, hold, release, delete }
    public var verb: Verb
    public var messages: [Int64]

    public init(verb: Verb, messages: [Int64]) {
        self.verb = verb
        self.messages = messages
    }
}

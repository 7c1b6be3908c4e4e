/// What a desired state says of a user's forward.
public enum DesiredForward: Codable, Sendable, Hashable {
    /// None is set.
    case off
    case on(NewForward)

    public init(_ forward: NewForward?) { self = forward.map { .on($0) } ?? .off }

    /// nil: none is set.
    var settings: NewForward? {
        guard case .on(let forward) = self else { return nil }
        return forward
    }
}

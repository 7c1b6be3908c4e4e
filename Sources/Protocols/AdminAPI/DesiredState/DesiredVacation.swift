/// What a desired state says of a user's vacation.
public enum DesiredVacation: Codable, Sendable, Hashable {
    /// None is set.
    case here
    case away(as: NewVacation)

    public init(_ vacation: NewVacation?) { self = vacation.map { .away(as: $0) } ?? .here }

    /// With all that may be left out; nil: none is set.
    var settings: NewVacation? {
        guard case .away(var vacation) = self else { return nil }
        vacation.days = vacation.days ?? NewVacation.usualDays
        return vacation
    }
}

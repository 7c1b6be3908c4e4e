/// Why a user's own password, though right, opens no mail protocol. App passwords do.
enum OwnPasswordBar: Sendable {
    case mustBeChanged
    /// The user has one-time passwords, which no mail protocol asks for.
    case isNotEnough

    /// What the user is told.
    var reason: String {
        switch self {
        case .mustBeChanged: "Your password must be changed; ask your administrator"
        case .isNotEnough: "Use an app password"
        }
    }
}

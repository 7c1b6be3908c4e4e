/// Why a user's own password, though right, opens no mail protocol. App passwords do.
enum OwnPasswordBar: Sendable {
    case mustBeChanged

    /// What the user is told.
    var reason: String {
        switch self {
        case .mustBeChanged: "Your password must be changed; ask your administrator"
        }
    }
}

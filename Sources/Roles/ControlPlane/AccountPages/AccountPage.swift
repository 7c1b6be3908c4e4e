/// What there is to see, by its path.
enum AccountPage: String, CaseIterable, Sendable {
    case overview = "/account"
    case password = "/account/password"
    case appPasswords = "/account/app-passwords"
    case oneTimePasswords = "/account/one-time-passwords"
    case sessions = "/account/sessions"
    case vacation = "/account/vacation"

    var title: String {
        switch self {
        case .overview: "Your account"
        case .password: "Password"
        case .appPasswords: "App passwords"
        case .oneTimePasswords: "One-time passwords"
        case .sessions: "Sessions"
        case .vacation: "Vacation"
        }
    }
}

/// What there is to do, by the path that its form leads to.
enum AccountForm: String, CaseIterable, Sendable {
    case signIn = "/account/sign-in"
    case signOut = "/account/sign-out"
    case changePassword = "/account/password"
    case makeAppPassword = "/account/app-passwords"
    case revokeAppPassword = "/account/app-passwords/revoke"
    case prepareOneTimePasswords = "/account/one-time-passwords"
    case confirmOneTimePasswords = "/account/one-time-passwords/confirm"
    case endOneTimePasswords = "/account/one-time-passwords/off"
    case endSession = "/account/sessions/end"
    case endOtherSessions = "/account/sessions/end-others"
    case setVacation = "/account/vacation"
    case clearVacation = "/account/vacation/clear"

    /// Where the form is.
    var page: AccountPage {
        switch self {
        case .signIn, .signOut: .overview
        case .changePassword: .password
        case .makeAppPassword, .revokeAppPassword: .appPasswords
        case .prepareOneTimePasswords, .confirmOneTimePasswords, .endOneTimePasswords: .oneTimePasswords
        case .endSession, .endOtherSessions: .sessions
        case .setVacation, .clearVacation: .vacation
        }
    }

    /// What who must change the password may do.
    var isForOverduePassword: Bool { self == .changePassword || self == .signOut }
}

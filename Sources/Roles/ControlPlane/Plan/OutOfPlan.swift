import Supervision

extension ClientService {
    /// What is told to who has the right password, where the plan does not have the service.
    var outOfPlan: String {
        let name =
            switch self {
            case .imap, .pop3: rawValue.uppercased()
            case .submission: "Sending mail"
            case .web: "The web"
            }
        return "\(name) is not part of your plan"
    }
}

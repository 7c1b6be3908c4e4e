/// What CAPABILITY announces in each phase of a session (RFC 3501 §6.1.1).
public enum Capabilities {
    private static let common = ["IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE", "IDLE"]

    /// Before login. `mayLogIn` is false while a password would go over the wire in plain.
    public static func beforeLogin(offersTLS: Bool, mayLogIn: Bool, mechanisms: [String]) -> [String] {
        common + (offersTLS ? ["STARTTLS"] : []) + (mayLogIn ? mechanisms.map { "AUTH=" + $0 } : ["LOGINDISABLED"])
    }

    /// After login. `appendLimit` is the largest message in octets (RFC 7889 §2).
    public static func loggedIn(appendLimit: Int) -> [String] {
        common + [
            "NAMESPACE", "CHILDREN", "SPECIAL-USE", "CREATE-SPECIAL-USE", "UIDPLUS", "MOVE", "UNSELECT", "STATUS=SIZE", "QUOTA",
            "QUOTA=RES-STORAGE", "QUOTA=RES-MESSAGE", "ACL", "RIGHTS=texk", "APPENDLIMIT=\(appendLimit)",
        ]
    }
}

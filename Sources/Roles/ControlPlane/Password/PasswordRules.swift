import AdminAPI

/// What is asked of a password that somebody chose. One that is generated, or comes as another system's hash, is asked nothing.
package struct PasswordRules: Sendable, Equatable {
    package static let minimumLengths = PasswordChoice.allowedLength.lowerBound...128
    /// In characters.
    package var minimumLength = 10
    /// Former passwords of a user that are not taken again; the present one is not in any case.
    package var remembered = 5

    package init() {}

    /// Names of fewer characters are in many passwords by chance.
    private static let shortestName = 4

    /// What the password itself shows; whether it is common, or was used before, is asked elsewhere.
    package func check(_ password: String, of owner: PasswordOwner) throws(AdminError) {
        try PasswordChoice.given(password).validate()
        guard password.unicodeScalars.count >= minimumLength else {
            throw AdminError(
                .invalid, "The password is too short: it must have at least \(minimumLength) characters.",
                hint: "Use several words that only you know.")
        }
        let lower = password.lowercased()
        for (name, what) in owner.names where name.unicodeScalars.count >= Self.shortestName && lower.contains(name.lowercased()) {
            throw AdminError(.invalid, "The password contains \(what).", hint: "Use one that has nothing to do with the account.")
        }
    }
}

/// Whose password it is to be.
package enum PasswordOwner: Sendable {
    case user(EmailAddress), administrator(AdministratorName)

    /// What the password must not contain.
    var names: [(name: String, what: String)] {
        switch self {
        case .user(let address):
            [
                (address.localPart, "the part of the address before the @"),
                (String(address.domain.text.prefix { $0 != "." }), "the domain's name"),
            ]
        case .administrator(let name): [(name.text, "the administrator's name")]
        }
    }
}

import AdminAPI
import Cracklib
import Postgres

/// A user, as tables know it.
struct UserKeys: Sendable, Hashable {
    let tenant: Int64
    let user: Int64
}

extension Provisioning {
    /// Refuses a password that was chosen against the rules. It may read a file, and takes a place in the line for hashes.
    func check(_ choice: PasswordChoice, of owner: PasswordOwner) async throws {
        guard case .given(let password) = choice else { return }
        try facts.passwords.check(password, of: owner)
        if let weakness = try await hashing.weakness(of: password, shortest: facts.passwords.minimumLength, for: party(of: owner)) {
            throw AdminError(.invalid, "The password is easily guessed: \(weakness.words).", hint: "Use several words that only you know.")
        }
    }

    /// Refuses the password that the user has, and those before it. Each costs a hash.
    /// - Parameter keys: of a user in the caller's part.
    func checkIsUnused(_ choice: PasswordChoice, by keys: UserKeys) async throws {
        guard case .given(let password) = choice else { return }
        let remembered = facts.passwords.remembered
        let known = try await change { transaction in
            // An administrator's part has no former hashes, not even those of its users.
            try await database.leavePart(in: transaction)
            return try await transaction.query(
                """
                SELECT hash FROM credentials WHERE tenant_id = $1 AND user_id = $2
                UNION ALL (SELECT hash FROM old_credentials WHERE tenant_id = $1 AND user_id = $2 ORDER BY changed_at DESC LIMIT $3)
                """, [.int8(keys.tenant), .int8(keys.user), .int8(Int64(remembered))]
            ).rows.map { try $0.text(0) }
        }
        guard try await hashing.matchesAny(of: known, password: password, for: .tenant(keys.tenant)) else { return }
        throw AdminError(
            .invalid, "The password was used before.",
            hint: remembered == 0
                ? "Use another than the present one." : "Use one that is neither the present one nor one of the \(remembered) before it.")
    }
}

extension CommonPasswords.Weakness {
    /// As what comes behind a colon.
    fileprivate var words: String {
        switch self {
        case .word: "it is a common word, or made from one"
        case .fewDifferentCharacters: "it has too few different characters"
        case .systematic: "it is all too regular"
        case .fewWords: "it is two or three common words, and little else"
        case .keyboard: "its keys lie side by side"
        case .repetition: "it says the same again"
        case .other(let words): words
        }
    }
}

import AdminAPI
import Argon2
import PasswordHashes
import Postgres

/// Which costs of hashes, other than those that we make, were seen in the record so far.
///
/// A wrong password takes as long as the hash that it is compared with. So that its time does not tell which accounts have an expensive
/// one, no refusal is quicker than the most expensive hash that is there (`Authenticator.learnCosts`).
package struct ForeignCosts: Sendable {
    package struct Cost: Sendable, Equatable {
        package let hash: String
        let scheme: String
        let work: UInt64
    }

    /// By scheme.
    private var largest: [String: UInt64] = [:]

    package init() {}

    /// Of each scheme the most expensive hash, if there was no more expensive one before.
    package func news(in hashes: [String], policy: Argon2.Parameters) -> [Cost] {
        var found: [String: Cost] = [:]
        for text in hashes where Argon2.needsRehash(text, policy: policy) {
            guard let cost = (try? PasswordHash(text))?.cost else { continue }
            guard cost.work > found[cost.scheme]?.work ?? largest[cost.scheme] ?? 0 else { continue }
            found[cost.scheme] = Cost(hash: text, scheme: cost.scheme, work: cost.work)
        }
        return Array(found.values)
    }

    package mutating func add(_ cost: Cost) { largest[cost.scheme] = max(cost.work, largest[cost.scheme] ?? 0) }
}

extension Authenticator {
    /// Has refusals take as long as the most expensive of these hashes does.
    func learnCosts(of hashes: [String]) async {
        for cost in foreignCosts.news(in: hashes, policy: hashing.parameters) {
            // A full queue, or short memory: the next such hash tells.
            guard let time = try? await hashing.duration(of: [cost.hash, dummyHash]) else { continue }
            refusalTimes.raise(to: time)
            foreignCosts.add(cost)
        }
    }

    /// The same for hashes that are stored already: one of each kind of settings.
    func learnCosts() async {
        let ours = "$argon2id$v=19$m=\(hashing.parameters.memory),t=\(hashing.parameters.passes),p=1$"
        do {
            let found = try await database.query(
                #"""
                SELECT DISTINCT ON (settings) hash
                FROM (SELECT hash, coalesce(
                        substring(hash FROM '^(?:\{[^}]*\})?(\$2.\$\d+|\$[56]\$(?:rounds=\d+)?|\$argon2id\$v=\d+\$[^$]*)'),
                        substring(hash FROM '^\{[^}]*\}\$1\$[^$]*(\$\d+)\$'), substring(hash FROM '^\{[^}]*\}')) AS settings
                    FROM credentials WHERE NOT starts_with(hash, $1)) AS foreign_hashes
                ORDER BY settings
                """#, [.text(ours)])
            await learnCosts(of: try found.rows.map { try $0.text(0) })
        } catch {
            journal.warning("the costs of other systems' password hashes are not known", ["error": "\(error)"])
        }
    }

    /// What is wrong takes as long as with a hash of ours, or longer.
    func matches(_ hash: String, password: String, for party: HashingParty, isUrgent: Bool) async throws -> Bool {
        if try await hashing.verify(hash, password: password, for: party, isUrgent: isUrgent) { return true }
        if Argon2.needsRehash(hash, policy: hashing.parameters) {
            _ = try await hashing.verify(dummyHash, password: password, for: party, isUrgent: isUrgent)
        }
        return false
    }
}

import Cryptography
import Glibc
import Runtime
import Supervision

/// Who is signed in to the account pages. Of the tokens that prove it only digests are here, and nothing of it is on a disk: when the
/// control plane starts again, everybody signs in again.
@EventLoopActor
final class AccountSessions {
    /// How long a session lasts that nobody uses, and any.
    static nonisolated let idleLimit = Duration.seconds(15 * 60), lifetime = Duration.seconds(12 * 3600)
    /// Of one account, where a further one ends the oldest.
    static nonisolated let perAccount = 10
    /// Of all, where a further one ends the one that was not used for longest.
    private let inAll: Int

    private var sessions: [[UInt8]: AccountSession] = [:]
    /// The digests of an account's sessions, the oldest first.
    private var digests: [UserKeys: [[UInt8]]] = [:]
    private var next: Int64 = 0
    private var pace = ChangePace()
    private let now: @EventLoopActor () -> ContinuousClock.Instant

    init(inAll: Int = 10_000, now: @escaping @EventLoopActor () -> ContinuousClock.Instant = { .now }) {
        (self.inAll, self.now) = (inAll, now)
    }

    var count: Int { sessions.count }

    func begin(_ standing: AccountStanding, from client: String) throws -> (token: String, session: AccountSession) {
        makeRoom(for: standing.keys)
        let token = Hexadecimal.encode(try Cryptography.randomBytes(32)), digest = try Self.digest(of: token)
        next += 1
        let session = AccountSession(
            number: next, digest: digest, formToken: Hexadecimal.encode(try Cryptography.randomBytes(32)), standing: standing,
            client: client, since: Int64(time(nil)), now: now())
        sessions[digest] = session
        digests[standing.keys, default: []].append(digest)
        return (token, session)
    }

    private static func digest(of token: String) throws(CryptographyError) -> [UInt8] { try Cryptography.sha256(Array(token.utf8)) }

    private func makeRoom(for keys: UserKeys) {
        for session in sessions.values where hasExpired(session) { end(session) }
        while let held = digests[keys], held.count >= Self.perAccount, let oldest = sessions[held[0]] { end(oldest) }
        while sessions.count >= inAll, let unused = sessions.values.min(by: { $0.lastUse < $1.lastUse }) { end(unused) }
    }

    private func hasExpired(_ session: AccountSession) -> Bool {
        let instant = now()
        return instant - session.lastUse >= Self.idleLimit || instant - session.began >= Self.lifetime
    }

    /// The session that the token proves, which is used by that.
    func session(_ token: String) throws -> AccountSession? {
        guard let session = sessions[try Self.digest(of: token)] else { return nil }
        guard !hasExpired(session) else {
            end(session)
            return nil
        }
        session.lastUse = now()
        return session
    }

    /// Whether the account may send another form already.
    func admitsChange(of keys: UserKeys) -> Bool { pace.admits(keys, at: now()) }

    func end(_ session: AccountSession) {
        let keys = session.standing.keys
        sessions[session.digest] = nil
        let left = digests[keys]?.filter { $0 != session.digest } ?? []
        digests[keys] = left.isEmpty ? nil : left
    }

    /// Every session of the user, of the whole tenant when `user` is nil.
    /// - Parameter kept: but this one.
    func end(tenant: Int64, user: Int64?, but kept: AccountSession? = nil) {
        for session in all(tenant: tenant, user: user) where session !== kept { end(session) }
    }

    /// The oldest first.
    func all(tenant: Int64?, user: Int64?) -> [AccountSession] {
        let found: [AccountSession]
        if let tenant, let user {
            found = (digests[UserKeys(tenant: tenant, user: user)] ?? []).compactMap { sessions[$0] }
        } else {
            found = sessions.values.filter { session in
                let keys = session.standing.keys
                return (tenant == nil || keys.tenant == tenant) && (user == nil || keys.user == user)
            }
        }
        return found.filter { !hasExpired($0) }.sorted { $0.number < $1.number }
    }

    /// The same, as those of mail programs are told.
    func live(tenant: Int64?, user: Int64?) -> [LiveSession] {
        all(tenant: tenant, user: user).map { session in
            let standing = session.standing
            return LiveSession(
                number: session.number, tenant: standing.keys.tenant, user: standing.keys.user, address: standing.address.text,
                service: .web, client: session.client, isEncrypted: true, since: session.since)
        }
    }
}

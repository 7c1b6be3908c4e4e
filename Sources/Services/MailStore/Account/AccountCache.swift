import Runtime

/// The accounts in memory. Sessions hold theirs; the most recently used are kept for the next delivery or session. There is
/// never a second `Account` of one user while anybody holds the first, so what it says stays true.
@EventLoopActor
final class AccountCache {
    private struct Reference {
        weak var account: Account?
    }

    private static let kept = 128
    private var known: [Int64: Reference] = [:]
    /// Most recently used last.
    private var recent: [Account] = []
    private var loading: [Int64: Task<Result<Account, StoreError>, Never>] = [:]

    func account(
        of user: Int64, load: @escaping @EventLoopActor () async throws(StoreError) -> Account
    ) async throws(StoreError) -> Account {
        if let account = known[user]?.account {
            touch(account)
            return account
        }
        if let task = loading[user] { return try await task.value.get() }
        let task = EventLoopActor.task { [self] () -> Result<Account, StoreError> in
            let result: Result<Account, StoreError>
            do throws(StoreError) {
                let account = try await load()
                known[user] = Reference(account: account)
                touch(account)
                result = .success(account)
            } catch {
                result = .failure(error)
            }
            loading[user] = nil
            return result
        }
        loading[user] = task
        return try await task.value.get()
    }

    /// The account, if anybody holds it.
    func loaded(_ user: Int64) -> Account? { known[user]?.account }

    private func touch(_ account: Account) {
        if recent.last === account { return }
        recent.removeAll { $0 === account }
        recent.append(account)
        if recent.count > Self.kept { recent.removeFirst() }
        if known.count > 4 * Self.kept { known = known.filter { $0.value.account != nil } }
    }

    func removeAll() { recent = [] }
}

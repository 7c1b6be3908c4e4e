import AdminAPI
import Runtime

/// What is familiar to users' accounts outlives this process. (Administrators', who have the socket too, and the counts of wrong logins
/// do not.)
extension Authenticator {
    private static let patience = Duration.seconds(30)

    /// Puts back what earlier processes wrote, beside all else that starts, and forgets every day what is too old, also of the history.
    func keepNetworks() async {
        var areRestored = false
        while true {
            do {
                try await networks.forgetOld()
                try await history.forgetOld()
                if !areRestored { try await restoreNetworks() }
                areRestored = true
                await EventLoopActor.sleep(for: FamiliarNetworks.writtenEvery)
            } catch {
                journal.warning("from where users logged in could not be looked through", ["error": "\(error)"])
                await EventLoopActor.sleep(for: Self.patience)
            }
        }
    }

    func restoreNetworks() async throws {
        var last: FamiliarNetworkRows.Row.Key?
        while true {
            let changes = networks.changes
            let page = try await networks.page(behind: last)
            // An account was forgotten meanwhile, which may be among these: they are read again.
            guard changes == networks.changes else { continue }
            let now = ContinuousClock.now
            for row in page {
                if let account = row.account { throttle.restore(row.key.network, of: account, last: now - row.age, now: now) }
            }
            guard page.count == FamiliarNetworkRows.pageSize else { return }
            last = page.last?.key
        }
    }

    /// Has the place of a right login written down, when it is time; nobody waits for that.
    func write(_ ticket: LoginThrottle.Ticket) {
        // Other accounts than users' are named by no address.
        guard let address = try? EmailAddress(ticket.account), throttle.takeUnwritten(ticket, now: .now) else { return }
        guard networks.add(.init(address: address, network: ticket.origin.network)) else {
            return throttle.isUnwritten(ticket.origin.network, of: ticket.account)
        }
        EventLoopActor.task {
            await self.networks.write { places, error in
                self.journal.warning("the networks that users logged in from could not be written", ["error": "\(error)"])
                for place in places { self.throttle.isUnwritten(place.network, of: place.address.text) }
            }
        }
    }
}

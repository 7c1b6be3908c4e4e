import AdminAPI
import Postgres
import Runtime
import Supervision
import Testing

@testable import ControlPlane

@Suite("Notices of changed accounts", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct AccountNoticeTests {
    private let ann = ["address": "ann@acme.example"]

    private func makeAnn(_ platform: TestPlatform) async throws -> OwnAccounts.Owner {
        let made = try await platform.owner.query(
            """
            WITH made AS (
                INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, 'ann' FROM domains RETURNING *),
            secret AS (INSERT INTO credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, 'a hash' FROM made)
            SELECT user_id FROM made
            """)
        let keys = UserKeys(tenant: platform.tenant, user: try #require(try made.first?.int8(0)))
        return OwnAccounts.Owner(
            address: try EmailAddress("ann@acme.example"), keys: keys, hash: "a hash", mustChange: false, hasOneTimePasswords: false,
            client: "192.0.2.7")
    }

    @Test("What an administrator changes is told without a name or a place") func byAdministrators() async throws {
        let platform = try await TestPlatform()
        let owner = try await makeAnn(platform), calls = platform.calls()
        _ = try await calls.createAppPassword(platform.request(NewAppPassword(name: try AppPasswordName("phone")), ann))
        _ = try await calls.enableOneTimePasswords(platform.request(Nothing(), ann))
        _ = try await calls.disableOneTimePasswords(platform.request(Nothing(), ann))
        _ = try await calls.setPassword(platform.request(NewPassword(.generate), ann))
        let notices = try await platform.told.atLeast(4)
        #expect(notices.map(\.event) == [.appPasswordMade("phone"), .oneTimePasswordsSet, .oneTimePasswordsOff, .passwordChanged])
        #expect(notices.allSatisfy { $0.author == .administrator && $0.user == owner.keys.user && $0.address == "ann@acme.example" })
        #expect(Set(notices.map(\.identity)).count == 4)
        await platform.close()
    }

    @Test("What the user changes is told with the place") func byOwner() async throws {
        let platform = try await TestPlatform()
        let owner = try await makeAnn(platform), calls = platform.calls()
        _ = try await calls.makeAppPassword(NewAppPassword(name: try AppPasswordName("phone")), of: owner.address, owner: owner)
        _ = try await calls.changeOwnPassword(Provisioning.ProvedChange(owner: owner, hash: "another hash"))
        let notices = try await platform.told.atLeast(2)
        #expect(notices.map(\.event) == [.appPasswordMade("phone"), .passwordChanged])
        #expect(notices.map(\.author) == [.owner(from: "192.0.2.7"), .owner(from: "192.0.2.7")])
        await platform.close()
    }

    @Test("What is refused, only tried or revoked is not told") func nothing() async throws {
        let platform = try await TestPlatform()
        let owner = try await makeAnn(platform), calls = platform.calls()
        let phone = NewAppPassword(name: try AppPasswordName("phone"))
        let off = platform.request(Nothing(), ann), set = platform.request(NewPassword(.generate), ann)
        let request = platform.request(phone, ann)
        _ = try await calls.rehearsed { try await $0.createAppPassword(request) }
        _ = try await calls.rehearsed { try await $0.enableOneTimePasswords(off) }
        _ = try await calls.rehearsed { try await $0.setPassword(set) }
        _ = try await calls.rehearsed { try await $0.changeOwnPassword(Provisioning.ProvedChange(owner: owner, hash: "another hash")) }
        await #expect(throws: AdminError.self) { _ = try await calls.disableOneTimePasswords(off) }
        await #expect(throws: AdminError.self) { _ = try await calls.setPassword(platform.request(NewPassword(.given("short")), ann)) }
        let stranger = platform.request(phone, ["address": "nobody@acme.example"])
        await #expect(throws: AdminError.self) { _ = try await calls.createAppPassword(stranger) }
        _ = try await calls.createAppPassword(request)
        await #expect(throws: AdminError.self) { _ = try await calls.createAppPassword(request) }
        try await calls.removeAppPassword(phone.name, of: owner.address)
        _ = try await calls.setPassword(set)
        #expect(try await platform.told.atLeast(2).map(\.event) == [.appPasswordMade("phone"), .passwordChanged])
        await platform.close()
    }

    // MARK: The line

    /// A worker that gives what it is let give.
    @EventLoopActor
    private final class Worker {
        var problems: [Int64: Int] = [:]
        let tried = Arrivals<String>()

        func give(_ notice: AccountNotice, _ tenant: Int64) -> String? {
            tried.append("\(tenant) \(notice.identity)")
            guard let left = problems[tenant], left > 0 else { return nil }
            problems[tenant] = left - 1
            return "it does not start"
        }
    }

    private func notice(_ identity: String) -> AccountNotice {
        AccountNotice(user: 1, address: "ann@acme.example", event: .passwordChanged, author: .administrator, time: 0, identity: identity)
    }

    private func notices(_ worker: Worker, _ platform: TestPlatform, patience: Duration, pause: Duration) -> AccountNotices {
        AccountNotices(journal: platform.journal, patience: patience, pause: pause) { worker.give($0, $1) }
    }

    @Test("A worker is asked again until it gives the notice; the tenant's next ones wait, and no other tenant does")
    func askedAgain() async throws {
        let platform = try await TestPlatform(), worker = Worker()
        let notices = notices(worker, platform, patience: .seconds(60), pause: .milliseconds(50))
        worker.problems[1] = 2
        notices.give(notice("a"), to: 1)
        notices.give(notice("b"), to: 1)
        notices.give(notice("c"), to: 2)
        let tried = try await worker.tried.atLeast(5)
        #expect(tried.filter { $0.hasPrefix("1") } == ["1 a", "1 a", "1 a", "1 b"])
        #expect(tried.prefix(2).contains("2 c"))
        notices.give(notice("d"), to: 1)
        #expect(try await worker.tried.atLeast(6).last == "1 d")
        await platform.close()
    }

    @Test("What a worker does not give for a while is dropped, and who comes later has a try of one's own") func dropped() async throws {
        let platform = try await TestPlatform(), worker = Worker()
        let notices = notices(worker, platform, patience: .seconds(1), pause: .milliseconds(1_200))
        worker.problems[1] = 1
        notices.give(notice("a"), to: 1)
        _ = try await worker.tried.atLeast(1)
        // Of what is dropped nothing tells but the log.
        await EventLoopActor.sleep(for: .milliseconds(1_500))
        notices.give(notice("b"), to: 1)
        #expect(try await worker.tried.atLeast(2) == ["1 a", "1 b"])
        await platform.close()
    }

    @Test("Where it is switched off nobody is told") func off() async throws {
        let platform = try await TestPlatform()
        AccountNotices(journal: platform.journal, by: nil).give(notice("a"), to: 1)
        await platform.close()
    }
}

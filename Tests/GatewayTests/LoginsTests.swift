import Gateway
import Glibc
import Runtime
import Supervision
import Testing

@Suite("Logins")
struct LoginsTests {
    /// A control plane that knows one login, and counts how often it is asked.
    @EventLoopActor
    final class ControlPlane {
        var asked = 0
        /// What was told of logins that were let in unasked.
        var told: [[LoginTally]] = []
        /// What the password is good for, and which one it is.
        var services = ClientServices.all, appPassword: String?
        let domains = HostedDomains()
        var logins: Logins?

        func receive(_ report: Report) {
            if case .loggedInAgain(let tallies) = report { told.append(tallies) }
            guard case .authenticate(let id, let attempt) = report else { return }
            asked += 1
            let isRight = attempt.login == "ann@a.example" && attempt.password == "secret"
            var user = AuthenticatedUser(tenant: 1, user: 7, address: attempt.login)
            (user.services, user.appPassword) = (services, appPassword)
            logins?.answered(id, isRight ? .accepted(user) : .refused)
        }

        init() throws { logins = try Logins(domains) { [weak self] in self?.receive($0) } }

        func check(
            _ login: String, _ password: String, from address: String = "192.0.2.1", service: ClientService = .imap
        ) async -> AuthenticationOutcome? {
            await logins?.check(LoginAttempt(login: login, password: password, service: service, clientAddress: address))
        }
    }

    static let ann = AuthenticationOutcome.accepted(AuthenticatedUser(tenant: 1, user: 7, address: "ann@a.example"))

    @Test("A right login is asked once, and remembered") @EventLoopActor func remembered() async throws {
        let plane = try ControlPlane()
        #expect(await plane.check("ann@a.example", "secret") == Self.ann)
        #expect(await plane.check("ann@a.example", "secret") == Self.ann)
        #expect(plane.asked == 1)
    }

    @Test("Logins that were let in unasked are told, each kind counted, and once") @EventLoopActor func told() async throws {
        let plane = try ControlPlane()
        (plane.appPassword, plane.services) = ("phone", ClientServices(of: [.imap, .submission]))
        let began = Int64(time(nil))
        for service in [ClientService.imap, .imap, .submission, .imap] {
            _ = await plane.check("ann@a.example", "secret", service: service)
        }
        _ = await plane.check("ann@a.example", "wrong")
        #expect(plane.told.isEmpty && plane.asked == 2)
        plane.logins?.tellRepeated()
        plane.logins?.tellRepeated()
        try #require(plane.told.count == 1)
        let tallies = plane.told[0].sorted { $0.logins > $1.logins }
        #expect(tallies.map(\.logins) == [2, 1] && tallies.map(\.kind.service) == [.imap, .submission])
        for tally in tallies {
            #expect(tally.kind.tenant == 1 && tally.kind.user == 7 && tally.kind.client == "192.0.2.1" && tally.kind.appPassword == "phone")
            #expect(began <= tally.first && tally.first <= tally.last && tally.last <= Int64(time(nil)))
            #expect(tally.kind.day == LoginTally.day(of: tally.first))
        }
        // The next ones are told without being asked for.
        _ = await plane.check("ann@a.example", "secret")
        _ = await plane.check("ann@a.example", "secret")
        while plane.told.count < 2 { await EventLoopActor.sleep(for: .milliseconds(20)) }
        #expect(plane.told[1].map(\.logins) == [1])
    }

    @Test("A password that is good for one service lets nobody into another") @EventLoopActor func otherService() async throws {
        let plane = try ControlPlane()
        plane.services = ClientServices(of: [.imap])
        _ = await plane.check("ann@a.example", "secret")
        _ = await plane.check("ann@a.example", "secret", service: .submission)
        #expect(plane.asked == 2)
        plane.logins?.tellRepeated()
        #expect(plane.told.isEmpty)
    }

    @Test("Without an answer a login ends after a while, and of one that is answered nothing stays") @EventLoopActor
    func patience() async throws {
        let silent = try Logins(HostedDomains(), patience: .milliseconds(20)) { _ in }
        let attempt = LoginAttempt(login: "ann@a.example", password: "secret", service: .imap, clientAddress: "192.0.2.1")
        #expect(await silent.check(attempt) == .unavailable)
        var plane: ControlPlane? = try ControlPlane()
        weak let logins = plane?.logins
        #expect(await plane?.check("ann@a.example", "secret") == Self.ann)
        plane = nil
        #expect(logins == nil)
    }

    @Test("A wrong login is never remembered") @EventLoopActor func wrong() async throws {
        let plane = try ControlPlane()
        #expect(await plane.check("ann@a.example", "wrong") == .refused)
        #expect(await plane.check("ann@a.example", "wrong") == .refused)
        #expect(plane.asked == 2)
    }

    @Test("What is remembered holds for the address that it came from") @EventLoopActor func otherAddress() async throws {
        let plane = try ControlPlane()
        #expect(await plane.check("ann@a.example", "secret") == Self.ann)
        #expect(await plane.check("ann@a.example", "secret", from: "198.51.100.1") == Self.ann)
        #expect(plane.asked == 2)
    }

    @Test("A wrong login from an address ends what is remembered of it", arguments: ["ann@a.example", "ANN@a.example", "ann@a.example."])
    @EventLoopActor func endedByWrong(login: String) async throws {
        let plane = try ControlPlane()
        _ = await plane.check("ann@a.example", "secret")
        #expect(await plane.check(login, "wrong", from: "198.51.100.1") == .refused)
        _ = await plane.check("ann@a.example", "secret")
        #expect(plane.asked == 2, "it came from elsewhere")
        #expect(await plane.check(login, "wrong") == .refused)
        _ = await plane.check("ann@a.example", "secret")
        #expect(plane.asked == 4)
    }

    @Test("A wrong login under an alias of the domain ends what is remembered too") @EventLoopActor func domainAlias() async throws {
        let plane = try ControlPlane()
        plane.domains.replace(with: [
            HostedDomain(name: "a.example", tenant: 1, takesMail: true),
            HostedDomain(name: "b.example", tenant: 1, takesMail: true, aliasOf: "a.example"),
        ])
        _ = await plane.check("ann@a.example", "secret")
        #expect(await plane.check("Ann@B.example.", "wrong") == .refused)
        _ = await plane.check("ann@a.example", "secret")
        #expect(plane.asked == 3)
    }

    @Test("A wrong login under the domain's name in Unicode ends what is remembered under its A-labels, and the other way round")
    @EventLoopActor func unicodeDomain() async throws {
        let plane = try ControlPlane()
        let spelling = Array("b\u{fc}cher.example".utf8)
        plane.domains.replace(with: [
            HostedDomain(name: "a.example", tenant: 1, takesMail: true),
            HostedDomain(name: "xn--bcher-kva.example", unicodeName: spelling, tenant: 1, takesMail: true, aliasOf: "a.example"),
        ])
        let names = ["Ann@b\u{fc}cher.example", "ann@B\u{fc}CHER.Example.", "ann@xn--bcher-kva.example"]
        for (count, name) in names.enumerated() {
            _ = await plane.check("ann@a.example", "secret")
            #expect(plane.asked == 2 * count + 1)
            #expect(await plane.check(name, "wrong") == .refused)
        }
        // A right one is remembered as it was typed alone: what another spelling is, the control plane says.
        _ = await plane.check("ann@a.example", "secret")
        _ = await plane.check(names[0], "secret")
        #expect(plane.asked == 2 * names.count + 2)
    }

    @Test("No octet moves from the login name to the password") @EventLoopActor func wholeCredentials() async throws {
        let plane = try ControlPlane()
        #expect(await plane.check("ann@a.example", "secret") == Self.ann)
        #expect(await plane.check("ann@a.examples", "ecret") == .refused)
        #expect(await plane.check("ann@a.exampl", "esecret") == .refused)
    }

    @Test("What is forgotten is asked again", arguments: [Int64?.none, 7]) @EventLoopActor func forgotten(user: Int64?) async throws {
        let plane = try ControlPlane()
        _ = await plane.check("ann@a.example", "secret")
        plane.logins?.forget(tenant: 2, user: nil)
        plane.logins?.forget(tenant: 1, user: 8)
        _ = await plane.check("ann@a.example", "secret")
        #expect(plane.asked == 1)
        plane.logins?.forget(tenant: 1, user: user)
        _ = await plane.check("ann@a.example", "secret")
        #expect(plane.asked == 2)
    }
}

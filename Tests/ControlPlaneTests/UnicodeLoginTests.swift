import AdminAPI
import Postgres
import Runtime
import Supervision
import Testing

@testable import ControlPlane

/// Logins under a domain's name in Unicode.
@Suite("Logins under names in Unicode", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct UnicodeLoginTests {
    static let canonical = "ann@xn--bcher-kva.example", password = "a good old password"

    /// With a domain and an alias of it that have another spelling, and a user.
    private func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform(), hash = try await platform.calls().hashing.hash(Self.password, for: .platform)
        _ = try await platform.owner.query(
            """
            WITH domain AS (INSERT INTO domains (tenant_id, name) VALUES ($1, 'xn--bcher-kva.example') RETURNING *),
                alias AS (
                    INSERT INTO domain_aliases (tenant_id, domain_id, name)
                    SELECT tenant_id, domain_id, 'xn--grn-ioa.example' FROM domain),
                made AS (INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, 'ann' FROM domain RETURNING *)
            INSERT INTO credentials (tenant_id, user_id, hash) SELECT tenant_id, user_id, $2 FROM made
            """, [.int8(platform.tenant), .text(hash)])
        _ = await platform.calls().domains.current()
        return platform
    }

    /// As whom it is let in; nil: it is not.
    private func logIn(_ login: String, _ platform: TestPlatform, password: String = Self.password) async -> String? {
        let attempt = LoginAttempt(login: login, password: password, service: .imap, clientAddress: "192.0.2.7")
        guard case .accepted(let user) = await platform.calls().authenticator.authenticate(attempt) else { return nil }
        return user.address
    }

    @Test("A login that is named like a count of one-time passwords is counted under another name, and found by its own")
    func countsOfCodes() async throws {
        let platform = try await platform(), authenticator = platform.calls().authenticator
        let name = OwnAccounts.codes(of: Self.canonical)
        for login in [name, name.uppercased()] {
            let outcome = await logIn(login, platform)
            #expect(outcome == nil)
        }
        let counted = Set(authenticator.wrongLogins().compactMap(\.account))
        #expect(counted == ["login:\(name)"])
        let account = try LoginSubject(Self.canonical), subject = try LoginSubject(name)
        #expect(authenticator.counts(of: account) == 0)
        #expect(authenticator.counts(of: subject) > 0)
        #expect(authenticator.unlock(subject) > 0)
        #expect(authenticator.counts(of: subject) == 0)
        await platform.close()
    }

    @Test("A login under the domain's name in Unicode, or an alias's, is one to the same account") func accepted() async throws {
        let platform = try await platform()
        for login in [
            Self.canonical, "ann@b\u{fc}cher.example", "Ann@B\u{fc}CHER.Example.", "ann@gr\u{fc}n.example", "ann@xn--grn-ioa.example",
        ] {
            #expect(await logIn(login, platform) == Self.canonical, "\(login)")
            let proof = AccountProof(address: try LoginName(login), password: Self.password)
            let owner = try await platform.calls().ownAccounts.prove(proof, from: "192.0.2.8")
            #expect(owner.address.text == Self.canonical, "\(login)")
        }
        await platform.close()
    }

    @Test(
        "Nothing is mapped: what is not exactly the domain's name is nobody's",
        arguments: ["ann@B\u{dc}CHER.example", "ann@bu\u{308}cher.example", "ann@b\u{fc}cher.example..", "ann@b\u{fc}cher\u{3002}example"])
    func refused(login: String) async throws {
        let platform = try await platform()
        #expect(platform.calls().domains.account(of: login) == nil)
        #expect(await logIn(login, platform) == nil)
        let proof = AccountProof(address: try LoginName(login), password: Self.password)
        let error = await #expect(throws: AdminError.self) { try await platform.calls().ownAccounts.prove(proof, from: "192.0.2.8") }
        #expect(error?.code == .unauthenticated)
        await platform.close()
    }

    @Test("Wrong logins under every spelling are counted for one account, whoever asks") func counted() async throws {
        let platform = try await platform(), calls = platform.calls()
        for (number, login) in [Self.canonical, "ann@b\u{fc}cher.example", "ann@gr\u{fc}n.example"].enumerated() {
            #expect(await logIn(login, platform, password: "wrong \(number)") == nil)
        }
        let proof = AccountProof(address: try LoginName("ann@b\u{fc}cher.example"), password: "wrong again")
        await #expect(throws: AdminError.self) { try await calls.ownAccounts.prove(proof, from: "192.0.2.7") }
        #expect(Set(calls.authenticator.wrongLogins().compactMap(\.account)) == [Self.canonical])
        #expect(calls.authenticator.wrongLogins().contains { $0.account == Self.canonical && $0.count >= 4 })
        await platform.close()
    }

    @Test("What is recorded of a change of one's own names the account, and not the spelling") func subject() async throws {
        let platform = try await platform(), domains = platform.calls().domains
        let name = try LoginName("ann@gr\u{fc}n.example")
        #expect(AdminSubject.account(name).canonical(domains) == .address(try EmailAddress(Self.canonical)))
        let strange = AdminSubject.account(try LoginName("ann@fremd\u{fc}.example"))
        #expect(strange.canonical(domains) == strange)
        await platform.close()
    }
}

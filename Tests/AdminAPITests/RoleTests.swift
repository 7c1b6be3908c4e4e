import AdminAPI
import Testing

@Suite("Roles") struct RoleTests {
    @Test("Every command has a name of its own") func names() {
        #expect(Set(Calls.all.map(\.command)).count == Calls.all.count)
    }

    @Test("An auditor changes nothing but the own password and session") func auditor() {
        for call in Calls.all where call.effect != .reads { #expect(!Role.auditor.may(call) || call.needs == .own, "\(call.command)") }
    }

    @Test("No role of a company does what concerns the platform") func companies() {
        for role in Role.allCases where role.reach != .platform {
            #expect(role.permissions.isDisjoint(with: [.readPlatform, .manageTenants, .manageDomains, .manageWorkers]), "\(role.rawValue)")
        }
    }

    @Test("Of a company's roles its administrator alone claims domains, and nobody there makes one without proof") func domains() {
        #expect(Role.allCases.filter { $0.may(Calls.claimDomain) } == [.owner, .operating, .tenantAdministrator])
        #expect(Role.allCases.filter { $0.may(Calls.createDomain) } == [.owner, .operating])
    }

    @Test("Who administers a company or a domain decides what others are told of TLS with it") func policies() {
        #expect(Role.allCases.filter { $0.may(Calls.setMTASTS) } == [.owner, .operating, .tenantAdministrator, .domainAdministrator])
    }

    @Test("Who runs the platform, and nobody else, places holds and has what they keep read") func holds() {
        for call in [Calls.setHold, Calls.releaseHold, Calls.copyHeld] as [any AnyCall] {
            #expect(Role.allCases.filter { $0.may(call) } == [.owner, .operating], "\(call.command)")
        }
    }

    @Test("Of a company's roles its administrator alone applies desired states") func applying() {
        for call in [Calls.apply, Calls.undo, Calls.exportState] as [any AnyCall] {
            #expect(Role.allCases.filter { $0.may(call) } == [.owner, .operating, .tenantAdministrator], "\(call.command)")
        }
    }

    @Test("The help desk changes passwords and unlocks logins, and no more") func helpDesk() {
        let changes = Calls.all.filter { $0.effect != .reads && $0.needs != .own && Role.helpDesk.may($0) }.map(\.command)
        #expect(
            Set(changes) == [
                "user password", "user must-change", "user totp", "user totp --off", "login unlock", "session end", "app-password create",
                "app-password delete",
            ])
    }

    @Test("Nobody but owners manages accounts of their own role, or of one that may do more") func managing() {
        for role in Role.allCases where role != .owner {
            for other in role.manages { #expect(other.permissions.isStrictSubset(of: role.permissions), "\(role.rawValue)") }
        }
    }
}

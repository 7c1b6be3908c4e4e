import Relay
import SMTP
import Supervision
import Testing

@Suite("Which sender other hosts are told") struct SenderDomainTests {
    /// Tenant 1 has `ours.example` with the alias `also.example`, tenant 2 `theirs.example`, tenant 3 a domain in Unicode.
    static let routing: RoutingTable = {
        var table = RoutingTable(routes: [])
        table.use([
            HostedDomain(name: "ours.example", tenant: 1, takesMail: true),
            HostedDomain(name: "also.example", tenant: 1, takesMail: true, aliasOf: "ours.example"),
            HostedDomain(name: "theirs.example", tenant: 2, takesMail: false),
            HostedDomain(name: "xn--bcher-kva.example", tenant: 3, takesMail: true),
        ])
        return table
    }()

    static let kept = [
        "", "ann@ours.example", "ann@OURS.example", "info@also.example",
        // As forwards keep it.
        "eve@elsewhere.example", "eve@sub.theirs.example", "eve@[192.0.2.1]", "eve@stra\u{df}e.example",
    ]
    static let foreign = [
        "eve@theirs.example", "eve@Theirs.EXAMPLE", "\"eve@ours.example\"@theirs.example", "eve@b\u{fc}cher.example",
        "eve@xn--bcher-kva.example", "eve@XN--BCHER-KVA.example", "postmaster@mail.PLATFORM.example",
        // No names, that somebody may take for one.
        "eve@B\u{dc}CHER.example", "eve@bu\u{308}cher.example", "eve@theirs\u{ff0e}example", "eve@\u{ff54}heirs.example",
    ]

    @Test("The null one, the tenant's, and such as nobody has here, as they are; another tenant's, in whatever spelling, as the null one")
    func told() throws {
        for (senders, isKept) in [(Self.kept, true), (Self.foreign, false)] {
            for sender in senders {
                let path = try #require(ReversePath(text: sender), "\(sender)")
                let told = Self.routing.publicReversePath(path, of: 1, hostname: "Mail.platform.example")
                #expect(told == (isKept ? path : .null), "\(sender)")
            }
        }
        let theirs = try #require(ReversePath(text: "eve@theirs.example"))
        #expect(Self.routing.publicReversePath(theirs, of: 2, hostname: "mail.platform.example") == theirs)
    }

    @Test("A domain with a dot at its end is no address, so that none hides behind it") func dot() {
        #expect(ReversePath(text: "eve@theirs.example.") == nil && ReversePath(text: "@ours.example:eve@theirs.example") == nil)
    }
}

import Relay
import Supervision
import Testing

@Suite("Where mail goes next") struct RoutingTableTests {
    static func table(_ routes: [StaticRoute]) -> RoutingTable {
        var table = RoutingTable(routes: routes)
        table.use([
            HostedDomain(name: "ours.example", tenant: 1, takesMail: true),
            HostedDomain(name: "asleep.example", tenant: 2, takesMail: false),
        ])
        return table
    }

    @Test("Our own domains come before routes, routes before the smarthost, the smarthost before DNS") func order() {
        let routes = [
            StaticRoute(domain: "ours.example", host: "a", port: 1), StaticRoute(domain: "b.example", host: "b", port: 2),
            StaticRoute(domain: "*", host: "smart", port: 3),
        ]
        #expect(Self.table(routes).destination(of: "ours.example") == .tenant(1))
        #expect(Self.table(routes).destination(of: "asleep.example") == .suspended(tenant: 2))
        #expect(Self.table(routes).destination(of: "b.example") == .route(host: "b", port: 2))
        #expect(Self.table(routes).destination(of: "c.example") == .route(host: "smart", port: 3))
        #expect(Self.table([]).destination(of: "c.example") == .domain("c.example"))
    }

    @Test("Nothing is routed before the first table of domains") func incomplete() {
        #expect(!RoutingTable(routes: []).isComplete && Self.table([]).isComplete)
    }
}

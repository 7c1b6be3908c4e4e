import Relay
import Supervision
import Testing

@Suite("Where mail goes next") struct RoutingTableTests {
    static func table(_ routes: [StaticRoute]) -> RoutingTable {
        var table = RoutingTable(routes: routes)
        table.use([
            HostedDomain(name: "ours.example", tenant: 1, takesMail: true),
            HostedDomain(name: "asleep.example", tenant: 2, takesMail: false),
            HostedDomain(name: "xn--bcher-kva.example", tenant: 3, takesMail: true),
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
        #expect(Self.table([]).destination(of: "c.example") == .domain(Array("c.example".utf8)))
    }

    @Test("A domain in Unicode is the one with its A-labels") func unicode() {
        let table = Self.table([StaticRoute(domain: "xn--strae-oqa.example", host: "b", port: 2)])
        #expect(table.destination(of: "b\u{fc}cher.example") == .tenant(3))
        #expect(table.tenant(of: "b\u{fc}cher.example") == 3 && table.tenant(of: "xn--bcher-kva.example") == 3)
        #expect(table.destination(of: "stra\u{df}e.example") == .route(host: "b", port: 2))
        for other in ["m\u{fc}nchen.example", "B\u{dc}CHER.example", "bu\u{308}cher.example"] {
            #expect(table.destination(of: other) == .domain(Array(other.utf8)) && table.tenant(of: other) == nil)
        }
        // What is learned of a name that is none is not held against the other, whose String is equal.
        #expect(table.destination(of: "mu\u{308}nchen.example") != table.destination(of: "m\u{fc}nchen.example"))
    }

    @Test("A route is for its domain in either spelling, whichever the configuration has") func unicodeRoute() {
        let table = Self.table([StaticRoute(domain: "stra\u{df}e.example", host: "b", port: 2)])
        for name in ["stra\u{df}e.example", "xn--strae-oqa.example"] {
            #expect(table.destination(of: name) == .route(host: "b", port: 2))
        }
    }

    @Test("Nothing is routed before the first table of domains") func incomplete() {
        #expect(!RoutingTable(routes: []).isComplete && Self.table([]).isComplete)
    }
}

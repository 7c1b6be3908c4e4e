import InternationalNames
import Supervision

/// Where a recipient's mail goes next.
package enum Destination: Hashable, Sendable, CustomStringConvertible {
    /// A worker of ours, by LMTP.
    case tenant(Int64)
    /// Ours, but its mail waits while the tenant is suspended.
    case suspended(tenant: Int64)
    /// The host of a static route.
    case route(host: String, port: Int)
    /// The mail hosts of the domain, by its octets: a Unicode name is, as a String, equal to one in another normal form, which is no name.
    case domain([UInt8])

    package var description: String {
        switch self {
        case .tenant(let tenant), .suspended(let tenant): "tenant \(tenant)"
        case .route(let host, let port): "\(host):\(port)"
        case .domain(let domain): String(decoding: domain, as: UTF8.self)
        }
    }

    /// For the last hop among our own processes.
    var isLocal: Bool {
        switch self {
        case .tenant, .suspended: true
        case .route, .domain: false
        }
    }
}

/// Our own domains first, then static routes, then the smarthost `*`, then DNS.
package struct RoutingTable: Sendable {
    private var hosted: [String: HostedDomain] = [:]
    private let routes: [String: StaticRoute]
    /// Nothing may be routed before the first table of domains: mail for our own users would be looked up in DNS.
    package private(set) var isComplete = false

    package init(routes: [StaticRoute]) {
        self.routes = Dictionary(routes.map { (InternationalName.ascii($0.domain) ?? $0.domain, $0) }) { first, _ in first }
    }

    package mutating func use(_ domains: [HostedDomain]) {
        hosted = Dictionary(domains.map { ($0.name, $0) }) { first, _ in first }
        isComplete = true
    }

    package func tenant(of domain: String) -> Int64? { InternationalName.ascii(domain).flatMap { hosted[$0]?.tenant } }

    /// - Parameter domain: in lower case, in ASCII or in Unicode.
    package func destination(of domain: String) -> Destination {
        let name = InternationalName.ascii(domain)
        if let own = name.flatMap({ hosted[$0] }) { return own.takesMail ? .tenant(own.tenant) : .suspended(tenant: own.tenant) }
        if let route = name.flatMap({ routes[$0] }) ?? routes["*"] { return .route(host: route.host, port: route.port) }
        return .domain(Array(domain.utf8))
    }
}

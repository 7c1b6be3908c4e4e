import InternationalNames
import Resolver
import SMTP
import Supervision

/// A place to connect to.
struct Candidate: Sendable, Equatable {
    enum Address: Sendable, Equatable, CustomStringConvertible {
        case unixSocket(String)
        case internet(String, port: Int)

        var description: String {
            switch self {
            case .unixSocket(let path): path
            case .internet(let address, let port): "\(address) port \(port)"
            }
        }
    }
    /// As notices and logs name it.
    var name: String
    var address: Address
    /// For TLS (SNI): a name, never an address.
    var serverName: String?
}

/// Turns a destination into places to connect to, in the order to try them.
struct HostFinder: Sendable {
    let resolver: DNSResolver
    let hostname: String
    let tenantSocketDirectory: String
    let smtpPort: Int
    /// Places that one attempt tries at most.
    static let candidateLimit = 10

    enum Answer: Sendable { case candidates([Candidate]), unreachable(Reply), impossible(Reply) }

    func find(_ destination: Destination) async -> Answer {
        switch destination {
        case .suspended: return .unreachable(.suspended)
        case .tenant(let tenant):
            return .candidates([
                Candidate(name: hostname, address: .unixSocket("\(tenantSocketDirectory)/\(tenant)/lmtp"), serverName: nil)
            ])
        case .route(let host, let port): return await find(hosts: [host], port: port)
        case .domain: return await find(domain: destination.description)
        }
    }

    private func find(domain: String) async -> Answer {
        if domain.utf8.first == UInt8(ascii: "[") {
            guard let address = Self.address(inLiteral: domain) else {
                return .impossible(.noSuchDomain("\(domain) is no address literal"))
            }
            return await find(hosts: [address], port: smtpPort)
        }
        do {
            let hosts = try await resolver.mailHosts(of: InternationalName.ascii(domain) ?? domain)
            // RFC 5321 §5.1: if we are among the hosts, those with our preference and behind us are no way on.
            let own = hosts.filter { $0.name == hostname.lowercased() }.map(\.preference).min()
            let usable = hosts.filter { host in own.map { host.preference < $0 } ?? true }
            guard !usable.isEmpty else { return .impossible(.loopsBack(domain)) }
            return await find(hosts: usable.map(\.name), port: smtpPort)
        } catch {
            return Self.answer(to: error)
        }
    }

    private func find(hosts: [String], port: Int) async -> Answer {
        var candidates: [Candidate] = []
        var problem: ResolverError?
        for host in hosts where candidates.count < Self.candidateLimit {
            do {
                for address in try await resolver.addresses(of: host).prefix(Self.candidateLimit - candidates.count) {
                    candidates.append(
                        Candidate(name: host, address: .internet(address, port: port), serverName: address == host ? nil : host))
                }
            } catch {
                // A host without address does not condemn the domain while another may have one for all that is known.
                if problem?.isTemporary != true { problem = error }
            }
        }
        if candidates.isEmpty { return problem.map(Self.answer) ?? .unreachable(.routing("no address was found")) }
        return .candidates(candidates)
    }

    private static func answer(to error: ResolverError) -> Answer {
        switch error {
        case .temporary: .unreachable(.routing(error.description))
        case .noSuchDomain, .noAddress: .impossible(.noSuchDomain(error.description))
        case .nullMX: .impossible(.noMail(error.description))
        }
    }

    /// `[192.0.2.1]` and `[IPv6:2001:db8::1]`: RFC 5321 §4.1.3.
    static func address(inLiteral literal: String) -> String? {
        guard literal.hasPrefix("["), literal.hasSuffix("]") else { return nil }
        let inner = String(literal.dropFirst().dropLast())
        if inner.lowercased().hasPrefix("ipv6:") { return String(inner.dropFirst(5)) }
        let parts = inner.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } ? inner : nil
    }
}

/// Why a domain's SPF records give no result.
public enum SPFFailure: Error, Sendable, Equatable {
    /// The record, or one that it leads to, is in error: as the second half of a sentence. Receivers answer "permerror".
    case permanent(String)
    /// The name servers could not be asked.
    case temporary(String)
}

/// What a receiver makes of a client that sends in a domain's name: `check_host()` of RFC 7208 §4.
///
/// Bounded: ten terms that look something up, ten hosts of an MX record, two look-ups that find nothing (§4.6.4), and a time for all.
public struct SPFEvaluation<Names: SPFNames>: Sendable {
    public enum Result: Sendable, Equatable { case pass, fail, softFail, neutral, none }

    public struct Judgement: Sendable, Equatable {
        public var result: Result
        /// The term that decided, behind those `include:` and `redirect=` that led to its record; empty: none matched.
        public var terms: [String]
    }

    public typealias Failure = SPFFailure

    private static var mostTerms: Int { 10 }
    private static var mostHosts: Int { 10 }
    private static var mostVoid: Int { 2 }

    private let names: Names
    private let client: NetworkPrefix
    private let sender: String, greeting: String
    private let deadline: ContinuousClock.Instant
    private var terms = 0, void = 0

    /// - Parameters:
    ///   - sender: the domain in whose name mail is sent, by its postmaster.
    ///   - greeting: what the client calls itself.
    ///   - time: for all look-ups (RFC 7208 §4.6.4: no less than 20 seconds).
    public init(client: NetworkPrefix, sender: String, greeting: String, names: Names, within time: Duration = .seconds(20)) {
        (self.client, self.sender, self.greeting, self.names) = (client, sender, greeting, names)
        deadline = .now + time
    }

    public mutating func run() async throws(Failure) -> Judgement { try await judge(sender) }

    private mutating func judge(_ domain: String) async throws(Failure) -> Judgement {
        let policies = try await texts(of: domain).filter(SPFRecord.isOne)
        guard let policy = policies.first else { return Judgement(result: .none, terms: []) }
        guard policies.count == 1 else { throw .permanent("\(domain) has several SPF records") }
        let record: SPFRecord
        do throws(SPFSyntaxError) { record = try SPFRecord(policy) } catch {
            throw .permanent("the term \"\(error.term)\" of \(domain) is none that receivers understand")
        }
        for directive in record.directives {
            guard let inner = try await match(directive.mechanism, of: domain) else { continue }
            return Judgement(result: Result(directive.qualifier), terms: [directive.text] + inner)
        }
        guard let redirect = record.redirect else { return Judgement(result: .neutral, terms: []) }
        try count()
        let target = redirect.expanded(values(in: domain))
        var judgement = try await judge(target)
        guard judgement.result != .none else { throw .permanent("\(target), to which it redirects, has no SPF record") }
        judgement.terms.insert("redirect=\(redirect.text)", at: 0)
        return judgement
    }

    /// - Returns: nil when it does not match; else the terms further in that made it match.
    private mutating func match(_ mechanism: SPFRecord.Mechanism, of domain: String) async throws(Failure) -> [String]? {
        let values = values(in: domain)
        func target(_ macros: SPFMacros?) -> String { macros?.expanded(values) ?? domain }
        switch mechanism {
        case .all: return []
        case .network(let network): return network.contains(client) ? [] : nil
        case .include(let macros):
            try count()
            let judgement = try await judge(target(macros))
            guard judgement.result != .none else { throw .permanent("\(target(macros)), which it includes, has no SPF record") }
            return judgement.result == .pass ? judgement.terms : nil
        case .address(let macros, let four, let six):
            try count()
            let found = try await addresses(of: target(macros))
            if found.isEmpty { try countVoid() }
            return holds(found, four, six) ? [] : nil
        case .exchange(let macros, let four, let six):
            try count()
            let name = target(macros)
            let hosts = try await exchanges(of: name)
            if hosts.isEmpty { try countVoid() }
            guard hosts.count <= Self.mostHosts else { throw .permanent("\(name) has more than \(Self.mostHosts) MX records") }
            for host in hosts where holds(try await addresses(of: host.name), four, six) { return [] }
            return nil
        case .exists(let macros):
            try count()
            // Of IPv4 whatever the client's family is (RFC 7208 §5.7).
            let found = try await allAddresses(of: target(macros)).filter(\.isIPv4)
            if found.isEmpty { try countVoid() }
            return found.isEmpty ? nil : []
        case .pointer(let macros):
            try count()
            let wanted = target(macros).lowercased()
            let found = try await pointers()
            if found.isEmpty { try countVoid() }
            for name in found.prefix(Self.mostHosts) where name == wanted || name.hasSuffix("." + wanted) {
                if try await addresses(of: name).contains(client) { return [] }
            }
            return nil
        }
    }

    private func holds(_ addresses: [NetworkPrefix], _ four: Int, _ six: Int) -> Bool {
        addresses.contains { $0.shortened(to: client.isIPv4 ? four : six).contains(client) }
    }

    /// Of the client's family.
    private func addresses(of host: String) async throws(Failure) -> [NetworkPrefix] {
        try await allAddresses(of: host).filter { $0.isIPv4 == client.isIPv4 }
    }

    private func allAddresses(of host: String) async throws(Failure) -> [NetworkPrefix] {
        try requireTime()
        do throws(ResolverError) { return try await names.addresses(of: host).compactMap { NetworkPrefix($0) } } catch {
            try passOver(error)
            return []
        }
    }

    private func texts(of domain: String) async throws(Failure) -> [String] {
        try requireTime()
        do throws(ResolverError) { return try await names.texts(of: domain) } catch {
            try passOver(error)
            return []
        }
    }

    private func exchanges(of domain: String) async throws(Failure) -> [MailHost] {
        try requireTime()
        do throws(ResolverError) { return try await names.exchanges(of: domain).filter { !$0.name.isEmpty } } catch {
            try passOver(error)
            return []
        }
    }

    /// The client's names; whatever goes wrong, it has none (RFC 7208 §5.5).
    private func pointers() async throws(Failure) -> [String] {
        try requireTime()
        do throws(ResolverError) { return try await names.pointers(at: client.reverseName) } catch { return [] }
    }

    /// A name without such records is no failure.
    private func passOver(_ error: ResolverError) throws(Failure) {
        if case .temporary(_, let reason) = error { throw .temporary(reason) }
    }

    private func requireTime() throws(Failure) {
        guard ContinuousClock.now < deadline else { throw .temporary("its look-ups take too long") }
    }

    private mutating func count() throws(Failure) {
        terms += 1
        guard terms <= Self.mostTerms else { throw .permanent("it takes more than \(Self.mostTerms) look-ups") }
    }

    private mutating func countVoid() throws(Failure) {
        void += 1
        guard void <= Self.mostVoid else { throw .permanent("more than \(Self.mostVoid) of its look-ups find nothing") }
    }

    private func values(in domain: String) -> SPFMacros.Values {
        SPFMacros.Values(client: client, localPart: "postmaster", senderDomain: sender, domain: domain, greeting: greeting)
    }
}

extension SPFEvaluation.Result {
    fileprivate init(_ qualifier: SPFRecord.Qualifier) {
        self =
            switch qualifier {
            case .pass: .pass
            case .fail: .fail
            case .softFail: .softFail
            case .neutral: .neutral
            }
    }
}

/// Looks up where mail for a domain goes (RFC 5321 §5.1). Nothing blocks the caller's thread.
public final class DNSResolver: Sendable {
    private let context: LookupContext
    private let timeout: Duration
    private static let typeA: Int32 = 1, typeMX: Int32 = 15, typeAAAA: Int32 = 28, typeTXT: Int32 = 16
    private static let typeSRV: Int32 = 33, typeTLSA: Int32 = 52, typeCNAME: Int32 = 5, typePTR: Int32 = 12

    /// Reads the system's resolver configuration and starts no thread, so it may be made before a process confines itself.
    /// - Parameters:
    ///   - forwarder: the server to ask, as `address` or `address@port`, instead of the system's.
    ///   - localData: records in zone file form that are answered without asking anybody.
    ///   - remembers: false for one whose users change records and look again at once: answers are forgotten after a second, denials at
    ///     once. That holds for the whole process, since libunbound has one such limit.
    ///   - timeout: for each question.
    public init(forwarder: String? = nil, localData: [String] = [], remembers: Bool = true, timeout: Duration = .seconds(30)) {
        context = LookupContext(forwarder: forwarder, localData: localData, remembers: remembers)
        self.timeout = timeout
    }

    /// The hosts to try, in order: those of the MX records, or the domain itself when it has none (implicit MX).
    public func mailHosts(of domain: String) async throws(ResolverError) -> [MailHost] {
        let lookup = await context.ask(domain, type: Self.typeMX, timeout: timeout)
        if let problem = lookup.problem { throw .temporary(name: domain, reason: problem) }
        guard lookup.domainExists else { throw .noSuchDomain(domain) }
        let hosts = lookup.records.compactMap(RecordData.mailHost)
        guard !lookup.records.isEmpty else { return [MailHost(name: domain, preference: 0)] }
        if lookup.records.count == 1, hosts.first?.name == "" { throw .nullMX(domain) }
        var random = SystemRandomNumberGenerator()
        let usable = MailHost.ordered(hosts.filter { !$0.name.isEmpty }, using: &random)
        guard !usable.isEmpty else { throw .noAddress(domain) }
        return usable
    }

    /// The MX records as they are, in no order: a null one has an empty name, and there are none when there are none.
    public func exchanges(of domain: String) async throws(ResolverError) -> [MailHost] {
        try await records(of: Self.typeMX, at: domain, RecordData.mailHost)
    }

    /// What the name is an alias of; nil: it is none.
    public func canonicalName(of name: String) async throws(ResolverError) -> String? {
        try await records(of: Self.typeCNAME, at: name, RecordData.name).first
    }

    /// The names of an address (RFC 1035 §3.3.12).
    /// - Parameter reverseName: such as `7.2.0.192.in-addr.arpa`.
    public func pointers(at reverseName: String) async throws(ResolverError) -> [String] {
        try await records(of: Self.typePTR, at: reverseName, RecordData.name)
    }

    /// The TXT records, each with its strings joined (RFC 7208 §3.3); none when there are none.
    public func texts(of domain: String) async throws(ResolverError) -> [String] {
        let lookup = await context.ask(domain, type: Self.typeTXT, timeout: timeout)
        if let problem = lookup.problem { throw .temporary(name: domain, reason: problem) }
        guard lookup.domainExists else { throw .noSuchDomain(domain) }
        return lookup.records.compactMap(RecordData.text)
    }

    /// The SRV records (RFC 2782) as in a zone file: `0 1 993 mail.host.example.`; none when there are none.
    public func services(at name: String) async throws(ResolverError) -> [String] {
        try await records(of: Self.typeSRV, at: name, RecordData.service)
    }

    /// The TLSA records (RFC 6698 §2.2): `3 1 1` and lower-case hexadecimal digits; none when there are none.
    public func certificateAssociations(at name: String) async throws(ResolverError) -> [String] {
        try await records(of: Self.typeTLSA, at: name, RecordData.certificateAssociation)
    }

    private func records<Record>(of type: Int32, at name: String, _ read: ([UInt8]) -> Record?) async throws(ResolverError) -> [Record] {
        let lookup = await context.ask(name, type: type, timeout: timeout)
        if let problem = lookup.problem { throw .temporary(name: name, reason: problem) }
        guard lookup.domainExists else { throw .noSuchDomain(name) }
        return lookup.records.compactMap(read)
    }

    /// Addresses in text, IPv6 first. An address stands for itself.
    public func addresses(of host: String) async throws(ResolverError) -> [String] {
        if RecordData.isAddress(host) { return [host] }
        async let six = context.ask(host, type: Self.typeAAAA, timeout: timeout)
        async let four = context.ask(host, type: Self.typeA, timeout: timeout)
        let (lookup6, lookup4) = await (six, four)
        let addresses = lookup6.records.compactMap(RecordData.ipv6) + lookup4.records.compactMap(RecordData.ipv4)
        if !addresses.isEmpty { return addresses }
        if let problem = lookup4.problem ?? lookup6.problem { throw .temporary(name: host, reason: problem) }
        throw lookup4.domainExists ? .noAddress(host) : .noSuchDomain(host)
    }
}

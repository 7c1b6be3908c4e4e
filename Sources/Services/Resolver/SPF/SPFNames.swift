/// What an SPF record has looked up.
public protocol SPFNames: Sendable {
    func texts(of domain: String) async throws(ResolverError) -> [String]
    func addresses(of host: String) async throws(ResolverError) -> [String]
    /// MX records as they are: none when there are none.
    func exchanges(of domain: String) async throws(ResolverError) -> [MailHost]
    /// The names that an address has by its PTR records.
    func pointers(at reverseName: String) async throws(ResolverError) -> [String]
}

extension DNSResolver: SPFNames {}

/// `domain → host:port`, ahead of any DNS lookup.
public struct StaticRoute: Codable, Sendable, Equatable {
    /// In lower case; `*` for every domain without a route of its own (a smarthost).
    public var domain: String
    public var host: String
    public var port: Int

    public init(domain: String, host: String, port: Int) {
        self.domain = domain
        self.host = host
        self.port = port
    }
}

/// One request, as far as a server of a few documents reads it (RFC 9110, RFC 9112).
public struct HTTPRequest: Sendable, Equatable {
    /// As it was sent: methods are told apart by case.
    public var method: String
    /// Whom it is for: in lower case, without a port and a final dot. Empty when HTTP/1.0 names nobody.
    public var host: String
    /// Without the query; percent signs stay.
    public var path: String
    public var body: [UInt8]

    public init(method: String, host: String, path: String, body: [UInt8] = []) {
        (self.method, self.host, self.path, self.body) = (method, host, path, body)
    }
}

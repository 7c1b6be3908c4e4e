/// How a child reaches PostgreSQL. The password is a secret of this one child's role.
public struct DatabaseAccess: Codable, Sendable, Equatable, CustomStringConvertible {
    /// A directory (Unix socket) or a host name.
    public var host: String
    public var port: Int
    public var database: String
    public var role: String
    public var password: String

    public init(host: String, port: Int, database: String, role: String, password: String) {
        self.host = host
        self.port = port
        self.database = database
        self.role = role
        self.password = password
    }

    public var description: String { "\(role)@\(host):\(port)/\(database)" }
}

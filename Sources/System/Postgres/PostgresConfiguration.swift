/// Where a PostgreSQL server is, and as whom to log in.
public struct PostgresConfiguration: Sendable {
    /// A directory (the server's Unix socket lies in it) or a host name.
    public var host: String
    public var port: Int
    public var database: String
    public var user: String
    /// Nil where the server asks for none (peer, trust). Shown by no description and no error.
    public var password: String?
    /// The name in `pg_stat_activity`.
    public var applicationName: String
    /// How long one attempt to connect may take.
    public var connectTimeout: Duration
    /// How long connecting is tried again while the server is away, starting up or full.
    public var patience: Duration

    public init(
        host: String, port: Int, database: String, user: String, password: String?, applicationName: String,
        connectTimeout: Duration = .seconds(10), patience: Duration = .seconds(5)
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.patience = patience
    }

    /// libpq's connection string: `keyword='value'`, with `\` before each `'` and `\` of the value.
    var connectionString: String {
        var words = [
            ("host", host), ("port", String(port)), ("dbname", database), ("user", user), ("application_name", applicationName),
            ("client_encoding", "UTF8"), ("gssencmode", "disable"),
        ]
        if let password { words.append(("password", password)) }
        return words.map { name, value in
            var quoted = name + "='"
            for character in value.unicodeScalars {
                if character == "'" || character == "\\" { quoted.unicodeScalars.append("\\") }
                quoted.unicodeScalars.append(character)
            }
            return quoted + "'"
        }.joined(separator: " ")
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(user)@\(host):\(port)/\(database)" }
    public var debugDescription: String { description }
    /// Without the password, so that `dump` and failed assertions do not print it.
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}

import AdminAPI

/// An outside server, as `database.url` names it: `postgresql://user:password@host:port/database`.
package struct DatabaseAddress: Sendable, Equatable {
    package var host: String
    package var port: Int
    package var database: String
    /// The role that owns the schema; it needs CREATEROLE.
    package var user: String
    package var password: String?

    package init(parsing url: String) throws(StartupError) {
        let complaint = StartupError.configuration(
            "database.url does not look like postgresql://user:password@host:port/database.")  // without the value: it may hold a password
        guard let scheme = ["postgresql://", "postgres://"].first(where: { url.hasPrefix($0) }) else { throw complaint }
        var rest = url.dropFirst(scheme.count)
        guard let slash = rest.lastIndex(of: "/"), let name = PercentEncoding.decode(rest[rest.index(after: slash)...].utf8), !name.isEmpty
        else {
            throw complaint
        }
        database = name
        rest = rest[..<slash]
        user = "casella_control"
        if let at = rest.lastIndex(of: "@") {
            let login = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = login.first, let decoded = PercentEncoding.decode(first.utf8), !decoded.isEmpty else { throw complaint }
            user = decoded
            if login.count == 2 { password = PercentEncoding.decode(login[1].utf8) }
            rest = rest[rest.index(after: at)...]
        }
        port = 5432
        // In an IPv6 address, which stands in brackets, colons are no port's.
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else { throw complaint }
            port = number
            rest = rest[..<colon]
        }
        guard let decoded = PercentEncoding.decode(rest.filter { $0 != "[" && $0 != "]" }.utf8), !decoded.isEmpty else { throw complaint }
        host = decoded
    }
}

import Glibc

/// Where PostgreSQL's programs are.
struct PostgresInstallation: Sendable {
    let directory: String
    var postgres: String { directory + "/postgres" }
    var initdb: String { directory + "/initdb" }

    /// The major version that a cluster was made by; nil when there is none.
    static func version(of cluster: String) throws(StartupError) -> String? {
        try FileSystem.read(cluster + "/PG_VERSION").map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } }
    }

    /// Debian's layout, then PATH. An existing cluster needs the programs of its own major version; a new one takes the newest.
    static func find(for cluster: String) throws(StartupError) -> PostgresInstallation {
        let wanted = try version(of: cluster)
        let base = "/usr/lib/postgresql"
        let versions = FileSystem.names(in: base).compactMap { Int($0) }.sorted(by: >)
            .filter { access("\(base)/\($0)/bin/postgres", X_OK) == 0 && access("\(base)/\($0)/bin/initdb", X_OK) == 0 }
        if let wanted {
            if let version = Int(wanted), versions.contains(version) { return PostgresInstallation(directory: "\(base)/\(version)/bin") }
        } else if let newest = versions.first {
            return PostgresInstallation(directory: "\(base)/\(newest)/bin")
        }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        for directory in path.split(separator: ":")
        where access("\(directory)/postgres", X_OK) == 0 && access("\(directory)/initdb", X_OK) == 0 {
            return PostgresInstallation(directory: String(directory))
        }
        if let wanted {
            throw .noPostgres("\(cluster) was made by PostgreSQL \(wanted), whose programs are not installed.")
        }
        throw .noPostgres("PostgreSQL's programs are neither under \(base) nor in PATH.")
    }
}

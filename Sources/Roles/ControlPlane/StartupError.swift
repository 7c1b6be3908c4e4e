import Glibc

/// Why the platform can't start. Each case says what was wrong, where, and what to do about it.
package enum StartupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The command line or the configuration file; the text is a whole sentence.
    case configuration(String)
    case file(path: String, doing: String, code: Int32)
    case dataDirectoryInUse(path: String, process: String?)
    case pathTooLong(path: String, limit: Int)
    case portTaken(service: String, address: String, port: Int, code: Int32)
    case noPostgres(String)
    case postgresFailed(String)
    case noPostgresUser
    case noListOfPasswords
    case database(String)
    case migration(MigrationError)
    case program(name: String, reason: String)

    package var description: String {
        switch self {
        case .configuration(let sentence): sentence
        case .file(let path, let doing, let code): "Could not \(doing) \(path): \(Self.words(code))."
        case .dataDirectoryInUse(let path, let process):
            "Another casella-control\(process.map { " (process \($0))" } ?? "") runs on \(path); "
                + "stop it first, or name another directory with --data."
        case .pathTooLong(let path, let limit):
            "The socket path \(path) would have more than \(limit) characters; choose a data directory with a shorter path."
        case .portTaken(let service, let address, let port, let code):
            switch code {
            case EADDRINUSE where service == "https":
                "Port \(port) (https) on \(address) is taken by another program; set httpsPort in casella.json to another one that it "
                    + "leads requests to, or to 0 if it serves the policies and settings itself."
            case EADDRINUSE:
                "Port \(port) (\(service)) on \(address) is taken by another program; stop that program, or choose another --port-base."
            case EACCES, EPERM: "Port \(port) (\(service)) may only be opened by root; start as root, or choose another --port-base."
            case EADDRNOTAVAIL: "This machine has no address \(address) for port \(port) (\(service)); give one of its own with --bind."
            case EINVAL: "\(address) is not an IP address; --bind takes one such as 127.0.0.1, 0.0.0.0 or ::."
            default: "Port \(port) (\(service)) on \(address) could not be opened: \(Self.words(code))."
            }
        case .noPostgres(let reason): "\(reason) Install the package postgresql, or set database.url to an outside server."
        case .postgresFailed(let reason): "PostgreSQL did not start: \(reason)"
        case .noPostgresUser:
            "PostgreSQL must not run as root, and there is no system user casella to run it as; make one with `useradd --system casella`."
        case .noListOfPasswords: "The list of common passwords cannot be read. Install the package cracklib-runtime."
        case .database(let reason): "The database refused: \(reason)"
        case .migration(let error): error.description
        case .program(let name, let reason): "\(name) did not start: \(reason)"
        }
    }

    private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

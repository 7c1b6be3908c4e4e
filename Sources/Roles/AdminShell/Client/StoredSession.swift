import AdminAPI
import FoundationEssentials
import Glibc

/// What is kept between commands about a platform on another machine, in a file that only its owner reads.
package struct StoredSession: Codable, Sendable, Equatable {
    /// nil: logged out.
    package var token: String?
    /// Of the server's certificate, in hexadecimal digits, when that was trusted instead of the system's authorities.
    package var fingerprint: String?

    /// `CASELLA_SESSIONS`, else `casella/sessions` where the user's settings are.
    private static var directory: String? {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } }
        if let path = variable("CASELLA_SESSIONS") { return path }
        return (variable("XDG_CONFIG_HOME") ?? variable("HOME").map { "\($0)/.config" }).map { "\($0)/casella/sessions" }
    }

    private static func path(of server: ServerAddress) -> String? {
        directory.map { "\($0)/\(server.host.replacing("/", with: "_")).\(server.port)" }
    }

    package static func load(for server: ServerAddress) -> StoredSession? {
        guard let path = path(of: server), let data = FileText.read(path) else { return nil }
        return try? JSONDecoder().decode(StoredSession.self, from: Data(data))
    }

    package func save(for server: ServerAddress) throws(AdminError) {
        guard let directory = Self.directory, let path = Self.path(of: server) else {
            throw AdminError(.invalid, "There is no place to keep the session.", hint: "Set CASELLA_SESSIONS to a directory.")
        }
        var made = directory.hasPrefix("/") ? "" : "."
        for part in directory.split(separator: "/") {
            made += "/\(part)"
            mkdir(made, 0o700)
        }
        let bytes = (try? JSONEncoder().encode(self)).map { Array($0) } ?? []
        guard FileText.replace(path, with: bytes) else {
            throw AdminError(.invalid, "The session cannot be kept at \(path): \(String(cString: strerror(errno))).")
        }
    }
}

/// Small files of the shell's own.
enum FileText {
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    /// Whole or not at all; by default never readable by others.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o600) -> Bool {
        let temporary = "\(path).\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { return false }
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        return isWritten && rename(temporary, path) == 0
    }
}

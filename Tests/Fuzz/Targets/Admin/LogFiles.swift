import AdminShell
import FoundationEssentials
import Glibc

/// Log files, which quote what strangers say: all lines of an id are found, and where one file ends and the next begins does not matter.
enum LogFiles {
    /// - Parameter input: a line with the id, and the log.
    static func check(_ input: [UInt8]) throws {
        let first = input.prefix { $0 != 10 }, log = Array(input.dropFirst(first.count + 1))
        let text = String(decoding: first, as: UTF8.self), id = LogSearch.isID(text) ? text : "a1"
        let found = try lines(of: id, in: [], log)
        let times = found.map { $0.fields["at"] ?? "" }
        try promise(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }, "lines out of order")
        var meant = log.split(separator: 10).filter { contains($0, Array(":\"\(id)\"".utf8)) }
            .compactMap { try? JSONDecoder().decode([String: String].self, from: Data($0)) }
        // Others are of what followed.
        for line in found {
            if let place = meant.firstIndex(of: line.fields) { meant.remove(at: place) }
        }
        try promise(meant.isEmpty, "\(meant) is not found")
        let half = (log.dropFirst(log.count / 2).firstIndex(of: 10) ?? log.endIndex - 1) + 1
        try promiseEqual(try lines(of: id, in: Array(log[..<half]), Array(log[half...])), found, "the log in two files")
    }

    private static func contains(_ line: ArraySlice<UInt8>, _ needle: [UInt8]) -> Bool {
        line.indices.contains { line[$0...].starts(with: needle) }
    }

    private static func lines(of id: String, in before: [UInt8], _ log: [UInt8]) throws -> [LogSearch.Line] {
        let directory = "/dev/shm/casella-fuzz-log-\(getpid())"
        mkdir(directory, 0o700)
        defer { for name in ["/casella.log.1", "/casella.log", ""] { remove(directory + name) } }
        do {
            try Data(before).write(to: URL(filePath: "\(directory)/casella.log.1"))
            try Data(log).write(to: URL(filePath: "\(directory)/casella.log"))
        } catch { throw BrokenPromise(description: "no room in /dev/shm") }
        return try LogSearch(directory: directory).lines(of: id)
    }
}

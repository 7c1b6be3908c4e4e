import FoundationEssentials
import Glibc
import Testing

@testable import ControlPlane

@Suite("The platform's log") struct JournalTests {
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "journal-\(UInt64.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private func open(_ path: String) -> Int32 { Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) }

    private func lines(_ path: String) throws -> [Int] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            line.split(separator: "number ").last.flatMap { Int($0.prefix { $0.isNumber }) }
        }
    }

    @Test("Both files are bounded, with one older file each, and their newest lines are there") func bounds() throws {
        try inDirectory { directory in
            let console = open("\(directory)/control.log")
            defer { close(console) }
            let journal = try Journal(directory: directory, maximumSize: 1_000, console: console)
            for number in 1...100 { journal.info("number \(number)") }
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            #expect(names == ["casella.log", "casella.log.1", "control.log", "control.log.1"])
            for name in ["casella.log", "control.log"] {
                let older = try lines("\(directory)/\(name).1"), newer = try lines("\(directory)/\(name)"), kept = older + newer
                #expect(kept == Array((kept.first ?? 0)...100) && !older.isEmpty && !newer.isEmpty)
            }
            for name in names {
                let size = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8).utf8.count
                #expect((1...1_000).contains(size), "\(name)")
            }
        }
    }

    @Test("What is there at the start counts") func restart() throws {
        try inDirectory { directory in
            let console = open("\(directory)/control.log")
            defer { close(console) }
            let old = String(repeating: "x", count: 990)
            for name in ["casella.log", "control.log"] { try old.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8) }
            try Journal(directory: directory, maximumSize: 1_000, console: console).info("number 7")
            for name in ["casella.log", "control.log"] {
                #expect(try String(contentsOfFile: "\(directory)/\(name).1", encoding: .utf8) == old)
                #expect(try lines("\(directory)/\(name)") == [7])
            }
        }
    }

    @Test("A file elsewhere is somebody else's, and only added to") func elsewhere() throws {
        try inDirectory { directory in
            try FileManager.default.createDirectory(atPath: "\(directory)/log", withIntermediateDirectories: true)
            let console = open("\(directory)/theirs")
            defer { close(console) }
            let journal = try Journal(directory: "\(directory)/log", maximumSize: 1_000, console: console)
            for number in 1...50 { journal.info("number \(number)") }
            #expect(try lines("\(directory)/theirs") == Array(1...50))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["log", "theirs"])
        }
    }
}

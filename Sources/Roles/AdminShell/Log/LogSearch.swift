import AdminAPI
import FoundationEssentials
import Glibc

/// Finds the lines of one id in the platform's log files, and those of what followed from it: notices and forwarded copies have ids of
/// their own, which the lines that tell of them name beside the first.
package struct LogSearch {
    /// A line's fields as they were written.
    package struct Line: Encodable, Sendable, Equatable {
        package let fields: [String: String]

        package func encode(to encoder: any Encoder) throws { try fields.encode(to: encoder) }
        subscript(name: String) -> String { fields[name] ?? "" }
        /// All that is said beside time, level, process and message.
        var others: String {
            fields.filter { !["at", "level", "process", "message"].contains($0.key) }.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
    }

    /// Fields that name the id of what followed.
    private static let followers = ["notice", "forwarded"]
    /// How many ids are followed; a message to thousands of aliases must not search for ever.
    private static let mostIDs = 100

    private let files: [Data]

    /// - Parameter directory: where `casella.log` and the one before it are.
    package init(directory: String) throws(AdminError) {
        var files: [Data] = []
        for name in ["casella.log.1", "casella.log"] {
            let path = "\(directory)/\(name)"
            guard access(path, F_OK) == 0 else { continue }
            do { files.append(try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)) } catch {
                throw AdminError(
                    .forbidden, "\(path) could not be read.", hint: "It belongs to the platform's owner; be that user, or root.")
            }
        }
        guard !files.isEmpty else {
            throw AdminError(.notFound, "There is no log in \(directory).", hint: "`--data DIR` says where the platform is.")
        }
        self.files = files
    }

    /// In the order of their time.
    /// - Parameter isAwaited: asked before each search; false ends them.
    package func lines(of id: String, isAwaited: () -> Bool = { true }) throws(AdminError) -> [Line] {
        var asked: Set<String> = [id], next = [id]
        var found: [(place: [Int], line: Line)] = []
        var places: Set<[Int]> = []
        while let id = next.popLast() {
            guard isAwaited() else { throw AdminError(.interrupted, "Interrupted; nothing was changed.") }
            for (place, bytes) in raw(of: id) where places.insert(place).inserted {
                guard let fields = try? JSONDecoder().decode([String: String].self, from: bytes) else { continue }
                found.append((place, Line(fields: fields)))
                for follower in Self.followers.compactMap({ fields[$0] }) where asked.count < Self.mostIDs {
                    if Self.isID(follower), asked.insert(follower).inserted { next.append(follower) }
                }
            }
        }
        // Times have milliseconds; within one, the order of writing is kept.
        return found.sorted { ($0.line["at"], $0.place[0], $0.place[1]) < ($1.line["at"], $1.place[0], $1.place[1]) }.map(\.line)
    }

    package static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    }

    /// Lines that have the id as the value of a field, with their places: file and octet.
    private func raw(of id: String) -> [([Int], Data)] {
        let needle = Needle(":\"\(id)\"")
        var lines: [([Int], Data)] = []
        for (number, file) in files.enumerated() {
            file.withUnsafeBytes { bytes in
                var position = 0
                while let hit = needle.find(in: bytes, from: position) {
                    var start = hit, end = hit
                    while start > 0, bytes[start - 1] != 10 { start -= 1 }
                    while end < bytes.count, bytes[end] != 10 { end += 1 }
                    lines.append(([number, start], Data(bytes[start..<end])))
                    position = end
                }
            }
        }
        return lines
    }
}

/// A text to be found in files of many megabytes: the longer it is, the fewer octets are looked at (Horspool's way).
private struct Needle {
    private let octets: [UInt8]
    /// How far to go on when this octet stands where the last one should.
    private var steps: [Int]

    init(_ text: String) {
        octets = Array(text.utf8)
        steps = [Int](repeating: octets.count, count: 256)
        for (place, octet) in octets.dropLast().enumerated() { steps[Int(octet)] = octets.count - 1 - place }
    }

    func find(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let last = octets.count - 1
        var position = start
        while position + last < bytes.count {
            var at = last
            while at >= 0, bytes[position + at] == octets[at] { at -= 1 }
            if at < 0 { return position }
            position += steps[Int(bytes[position + last])]
        }
        return nil
    }
}

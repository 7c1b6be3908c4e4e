import CProcess
import Runtime
import Testing

/// A client of a session, over a socket pair: what it says, and what it has to hear.
@EventLoopActor
final class Dialogue {
    private let connection: Connection
    private let session: Task<Void, Never>
    private var received: [UInt8] = []
    private var lastTag = 0

    /// Serves the other end with what `open` makes, and closes that end afterwards as the listener does.
    init(_ open: (Connection) -> @EventLoopActor () async -> Void) async throws {
        var ends: [Int32] = [0, 0]
        try #require(casella_socket_pair(&ends) == 0)
        connection = try await Connection.adopt(descriptor: ends[0])
        let other = try await Connection.adopt(descriptor: ends[1])
        let run = open(other)
        session = Task { @EventLoopActor in
            await run()
            await other.close()
        }
    }

    deinit { Task { [connection] in await connection.close() } }

    /// Goes without a word; returns when the session has ended.
    func hangUp() async {
        await connection.close()
        await session.value
    }

    // MARK: Transcripts

    /// A transcript: lines after `C: ` are sent, lines after `S: ` have to come, in this order. `…` stands for any text.
    func says(_ transcript: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for line in transcript.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = String(line.dropFirst(3))
            switch line.prefix(2) {
            case "C:": connection.write(text + "\r\n")
            case "S:": try await hears(text, sourceLocation: sourceLocation)
            default: Issue.record("neither C: nor S: begins \(line)", sourceLocation: sourceLocation)
            }
        }
        await flush()
    }

    /// Where the server has closed already, what it said before tells more than that it takes nothing.
    private func flush() async { try? await connection.flush() }

    private func hears(_ expected: String, sourceLocation: SourceLocation) async throws {
        await flush()
        let line = try await line()
        try #require(Self.matches(line, expected), "expected \(expected), heard \(line ?? "the end")", sourceLocation: sourceLocation)
    }

    private static func matches(_ line: String?, _ pattern: String) -> Bool {
        guard var rest = line.map({ $0[...] }) else { return false }
        let pieces = pattern.split(separator: "…", omittingEmptySubsequences: false)
        guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else { return rest == pattern }
        guard rest.hasPrefix(first) else { return false }
        rest = rest.dropFirst(first.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }

    /// What the server says to one command of IMAP, without the tag of the last line.
    func answer(_ command: String) async throws -> [String] {
        lastTag += 1
        let tag = "t\(lastTag) "
        connection.write(tag + command + "\r\n")
        try await connection.flush()
        var lines: [String] = []
        while let line = try await line() {
            guard line.hasPrefix(tag) else {
                lines.append(line)
                continue
            }
            return lines + [String(line.dropFirst(tag.count))]
        }
        Issue.record("the session ended at \(command)")
        return lines
    }

    // MARK: Octets

    func sends(_ octets: [UInt8]) async throws {
        connection.write(octets)
        try await connection.flush()
    }

    /// The next line without its CRLF; nil at the end.
    func line() async throws -> String? {
        var searched = 0
        while true {
            if let end = received[searched...].firstIndex(of: 10) {
                let line = received[..<end]
                #expect(line.last == 13, "a line ends with CR LF")
                received.removeFirst(end + 1)
                return String(decoding: line.dropLast(), as: UTF8.self)
            }
            searched = received.count
            guard try await more() else { return nil }
        }
    }

    func octets(_ count: Int) async throws -> [UInt8] {
        while received.count < count, try await more() {}
        defer { received.removeFirst(min(count, received.count)) }
        return Array(received.prefix(count))
    }

    /// The server says nothing more, and closes.
    func hearsTheEnd(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let line = try await line()
        #expect(line == nil && received.isEmpty, sourceLocation: sourceLocation)
    }

    private func more() async throws -> Bool {
        guard let bytes = try await connection.read(timeout: .seconds(30)) else { return false }
        received += bytes.readableBytesView
        return true
    }
}

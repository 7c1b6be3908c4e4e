import CProcess
import CageCalls
import FoundationEssentials
import Glibc
import Postgres
import Runtime
import Supervision

/// One client at a time, a command a line, an answer a line:
///
///     call NAME ARGUMENT…      a system call: its result, or the negative errno
///     repeat N NAME ARGUMENT…  until it fails: how often it worked, and that errno
///     thread, threads N        starts one, or N: 0 or the negative errno; how many started
///     login ROLE               to PostgreSQL with the process's own password: `ok`, or the refusal
///     take                     a descriptor, which comes behind the line with five octets: its number, or the negative errno
///     abort, exit              ends the process
///
/// An argument is a number, `s:text`, `x:` and hexadecimal octets, or `b:` and the length of a buffer.
@EventLoopActor
final class Probe {
    private let configuration: ProbeConfiguration
    /// What calls were given the address of; kept, since the kernel may look later.
    private var buffers: [UnsafeMutableRawPointer] = []

    init(_ configuration: ProbeConfiguration) { self.configuration = configuration }

    func serve() async -> Int32 {
        var ready = (try? JSONEncoder().encode(Report.ready)) ?? Data()
        ready.append(10)
        _ = ready.withUnsafeBytes { write(Child.controlDescriptor, $0.baseAddress, $0.count) }
        while let client = accepted() {
            while let line = readLine(from: client) {
                guard line != "exit" else { return 0 }
                let words = line.split(separator: " ").map(String.init)
                let answer = (words == ["take"] ? take(from: client) : await answer(to: words)) + "\n"
                _ = answer.utf8.withContiguousStorageIfAvailable { write(client, $0.baseAddress, $0.count) }
            }
            close(client)
        }
        return 0
    }

    /// The next client; nil when the control plane says stop, or is gone.
    private func accepted() -> Int32? {
        let descriptors = [Child.controlDescriptor] + configuration.listeners.map(\.descriptor)
        var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&waiting, nfds_t(waiting.count), -1) > 0 {
            for place in waiting where place.revents != 0 {
                if place.fd == Child.controlDescriptor {
                    guard let line = readLine(from: place.fd) else { return nil }
                    if (try? JSONDecoder().decode(Instruction.self, from: Data(line.utf8))) == .stop { return nil }
                } else {
                    let client = accept(place.fd, nil, nil)
                    if client >= 0 { return client }
                }
            }
        }
        return nil
    }

    private func readLine(from client: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(client, &byte, 1) == 1 {
            if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    private func answer(to words: [String]) async -> String {
        switch words.first {
        case "call" where words.count >= 2: return String(call(words[1], words.dropFirst(2)))
        case "repeat" where words.count >= 3:
            var count = 0
            let limit = Int(words[1]) ?? 0
            while count < limit {
                let result = call(words[2], words.dropFirst(3))
                if result < 0 { return "\(count) \(result)" }
                count += 1
            }
            return "\(count) 0"
        case "thread": return String(casella_try_thread())
        case "threads" where words.count == 2: return String(casella_try_threads(Int32(words[1]) ?? 0))
        case "login" where words.count == 2: return await login(as: words[1])
        case "abort": abort()
        default: return "what?"
        }
    }

    private func take(from client: Int32) -> String {
        var note = [UInt8](repeating: 0, count: 5)
        var descriptor: Int32 = -1
        _ = casella_wait_readable(client, 5_000)
        let result = casella_receive_with_descriptor(client, &note, note.count, &descriptor)
        return String(result == 0 ? descriptor : result)
    }

    private func call(_ name: String, _ arguments: ArraySlice<String>) -> Int {
        var values = arguments.prefix(6).map(value)
        values += [UInt](repeating: 0, count: 6 - values.count)
        return casella_call(name, values)
    }

    private func value(_ argument: String) -> UInt {
        let content = argument.dropFirst(2)
        if argument.hasPrefix("s:") { return buffer(Array(content.utf8) + [0]) }
        if argument.hasPrefix("b:") { return buffer([UInt8](repeating: 0, count: Int(content) ?? 0)) }
        if argument.hasPrefix("x:") {
            var octets: [UInt8] = []
            var rest = content
            while let octet = UInt8(rest.prefix(2), radix: 16) {
                octets.append(octet)
                rest = rest.dropFirst(2)
            }
            return buffer(octets)
        }
        return UInt(bitPattern: Int(argument) ?? 0)
    }

    private func buffer(_ bytes: [UInt8]) -> UInt {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        buffers.append(memory)
        return UInt(bitPattern: memory)
    }

    private func login(as role: String) async -> String {
        guard let access = configuration.database else { return "no database" }
        let pool = PostgresPool(
            PostgresConfiguration(
                host: access.host, port: access.port, database: access.database, user: role, password: access.password,
                applicationName: "casella-cage-probe", patience: .zero),
            maximumConnections: 1)
        let answer: String
        do {
            _ = try await pool.query("SELECT 1")
            answer = "ok"
        } catch {
            answer = "\(error)".split(separator: "\n").joined(separator: " ")
        }
        await pool.close()
        return answer
    }
}

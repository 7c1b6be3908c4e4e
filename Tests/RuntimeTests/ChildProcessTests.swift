import Glibc
import Runtime
import Testing

@Suite("Child process")
struct ChildProcessTests {
    @Test(
        "The exit status and the signal of a child are told apart",
        arguments: [
            ("exit 7", ChildProcess.Ending.exited(7)), ("kill -9 $$", .killed(signal: SIGKILL)), ("exit 0", .exited(0)),
        ])
    func endings(script: String, expected: ChildProcess.Ending) async throws {
        let child = try ChildProcess.spawn("/bin/sh", arguments: ["-c", script], descriptors: [0, 1, 2])
        #expect(await child.ending() == expected)
    }

    @Test("A program that does not exist is an error at once, which names it") func noSuchProgram() throws {
        #expect(throws: ChildProcess.SpawnFailure.self) {
            try ChildProcess.spawn("/nonexistent/program", arguments: [], descriptors: [0, 1, 2])
        }
    }

    @Test("A child has the descriptors that it was given, and no others") func descriptors() async throws {
        var pipe: [Int32] = [0, 0]
        try #require(Glibc.pipe(&pipe) == 0)
        let child = try ChildProcess.spawn(
            "/bin/sh", arguments: ["-c", "ls /proc/self/fd | wc -l >&1"], environment: ["PATH": "/usr/bin:/bin"],
            descriptors: [0, pipe[1], 2])
        close(pipe[1])
        #expect(await child.ending() == .exited(0))
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = read(pipe[0], &bytes, bytes.count)
        close(pipe[0])
        // 0, 1, 2 and the folder that ls itself has open.
        #expect(String(decoding: bytes[..<max(count, 0)], as: UTF8.self) == "4\n")
    }
}

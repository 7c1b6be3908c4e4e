import AdminAPI
import AdminShell
import Dispatch
import Glibc
import Synchronization
import Testing

/// Work that never looks up itself.
struct WatchedWorkTests {
    private static func watch(_ console: FakeConsole) -> CallWatch { CallWatch(progress: Progress(console: console), changes: false) }

    @Test("What is soon done shows nothing, and what takes longer than a second has a line") func shown() throws {
        let quiet = FakeConsole(progressBar: ProgressBar(columns: 54))
        #expect(try WatchedWork.result(Self.watch(quiet)) { _ in 7 } == 7)
        #expect(quiet.shown.isEmpty)
        let console = FakeConsole(progressBar: ProgressBar(columns: 54)), progress = Progress(console: console)
        try progress.perform("apply") {
            let seen = try WatchedWork.result(CallWatch(progress: progress, changes: false)) { _ in
                console.lines.wait()
                return console.shown[0]
            }
            #expect(seen?.hasSuffix("]  apply, 1 s") == true)
        }
        #expect(console.shown.last == .some(nil), "the line goes")
    }

    @Test("Ctrl-C ends the waiting at once, and the work learns that it is for nobody", .timeLimit(.minutes(1))) func interrupted() throws {
        let console = FakeConsole(), ended = DispatchSemaphore(value: 0)
        console.interrupt()
        let error = #expect(throws: AdminError.self) {
            try WatchedWork.result(Self.watch(console)) { goesOn in
                while goesOn() { sched_yield() }
                ended.signal()
            }
        }
        #expect(error?.code == .interrupted && error?.message == "Interrupted; nothing was changed." && error?.code.exitStatus == 130)
        ended.wait()
    }

    @Test("What has to be heard is waited for, whatever somebody presses") func whole() {
        let console = FakeConsole(progressBar: ProgressBar(columns: 54)), progress = Progress(console: console)
        console.interrupt()
        progress.perform("apply") {
            let value = WatchedWork.whole(CallWatch(progress: progress, changes: false)) {
                console.lines.wait()
                return 7
            }
            #expect(value == 7)
        }
    }

    @Test("A file that nobody waits for any more is read no further") func file() {
        let text = "tenants:\n" + (1...5).map { "- name: t\($0)\n" }.joined()
        let asked = Mutex(0)
        let file = StateFile(text) {
            asked.withLock { asked in
                asked += 1
                return asked < 3
            }
        }
        #expect(file.tenants.count == 2)
    }
}

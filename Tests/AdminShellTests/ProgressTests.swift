import AdminAPI
import AdminShell
import Synchronization
import Testing

/// What somebody sees who waits.
struct ProgressTests {
    /// A clock that a test moves.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private let clock = Clock()
    private let console = FakeConsole(progressBar: ProgressBar(columns: 54))

    private func progress(on console: FakeConsole? = nil) -> Progress {
        Progress(console: console ?? self.console) { [clock] in clock.now }
    }

    /// As whoever waits for a call does it.
    private func wait(_ duration: Duration, _ progress: Progress) {
        for _ in 0..<Int(duration / .milliseconds(100)) {
            clock.pass(.milliseconds(100))
            progress.look()
        }
    }

    @Test("Counted work has a bar with what is done, in percent, and what is left, after a second") func counted() {
        let progress = progress()
        progress.begin(1_000, of: "users")
        wait(.milliseconds(900), progress)
        progress.reached(100)
        #expect(console.shown.isEmpty)
        wait(.milliseconds(1_100), progress)
        progress.reached(200)
        wait(.milliseconds(100), progress)
        #expect(console.shown.last == "[##........]  200 of 1000 users, 20 %, about 8 s left")
        // What is left becomes less while nothing is reached.
        wait(.seconds(3), progress)
        #expect(console.shown.last == "[##........]  200 of 1000 users, 20 %, about 5 s left")
        wait(.seconds(60), progress)
        #expect(console.shown.last == "[##........]  200 of 1000 users, 20 %, about 1 s left")
        progress.reached(400)
        wait(.milliseconds(100), progress)
        #expect(console.shown.last??.hasSuffix("400 of 1000 users, 40 %, about 1 min 38 s left") == true)
        progress.end()
        #expect(console.shown.last == .some(nil))
    }

    @Test("Before the first thing is done, something moves") func first() {
        let progress = progress()
        progress.begin(10, of: "parts done")
        wait(.milliseconds(1_200), progress)
        let earlier = console.shown.last ?? nil
        wait(.milliseconds(100), progress)
        let later = console.shown.last ?? nil
        #expect(earlier?.hasSuffix("]  0 of 10 parts done, 1 s") == true && later?.hasSuffix("]  0 of 10 parts done, 1 s") == true)
        #expect(earlier?.contains("####") == true && earlier != later)
    }

    @Test("A single call has a line after a second, with the time that passed; then it goes") func single() {
        let progress = progress()
        progress.perform("quota check") {
            wait(.seconds(1), progress)
            #expect(console.shown.isEmpty)
            wait(.seconds(2), progress)
            #expect(console.shown.last??.hasSuffix("]  quota check, 2 s") == true)
            // Somebody was asked, which nobody waits for.
            clock.pass(.seconds(20))
            progress.look()
            wait(.seconds(1), progress)
            #expect(console.shown.last??.hasSuffix("]  quota check, 2 s") == true)
            wait(.milliseconds(200), progress)
            #expect(console.shown.last??.hasSuffix("]  quota check, 1 s") == true)
        }
        #expect(console.shown.last == .some(nil))
    }

    @Test("One part of one is a single call, and so is what is within a batch a part of the batch") func nested() {
        let progress = progress()
        progress.perform("undo") {
            progress.begin(1, of: "parts done")
            wait(.milliseconds(1_300), progress)
            #expect(console.shown.last??.hasSuffix("]  undo, 1 s") == true)
            progress.end()
        }
        progress.begin(20, of: "lines")
        progress.reached(5)
        progress.perform("quota check") { wait(.seconds(2), progress) }
        #expect(console.shown.last??.contains("]  5 of 20 lines, 25 %, about ") == true)
        progress.end()
    }

    @Test("At Ctrl-C it is said at once what is waited for") func ending() {
        let progress = progress(on: console)
        progress.begin(20, of: "parts done")
        console.interrupt()
        progress.reached(3)
        #expect(console.shown.last == "3 of 20 parts done; ends behind what is in hand, Ctrl")
    }

    @Test("Nobody watches, nothing is shown") func pipes() {
        let silent = FakeConsole(), progress = progress(on: silent)
        progress.begin(10, of: "parts")
        wait(.seconds(5), progress)
        progress.reached(4)
        #expect(silent.shown.isEmpty && silent.errors.isEmpty)
    }

    @Test("The bar is as wide as there is room, plain or coloured, ASCII or not") func bars() {
        let text = "5 of 10 lines, 50 %, about 2 s left"
        let half = String(repeating: "#", count: 20) + String(repeating: ".", count: 20)
        #expect(ProgressBar(columns: 200).line(text, share: 0.5, after: .seconds(2)) == "[\(half)]  \(text)")
        #expect(ProgressBar(columns: 50).line(text, share: 0.5, after: .seconds(2)) == "[#####.....]  \(text)")
        #expect(ProgressBar(columns: 49).line(text, share: 0.5, after: .seconds(2)) == text)
        #expect(ProgressBar(columns: 11).line(text, share: 0.5, after: .seconds(2)) == "5 of 10 li")
        #expect(ProgressBar(columns: 0).line(text, share: 0.5, after: .seconds(2)).isEmpty)
        #expect(ProgressBar(columns: 50, isUnicode: true).line(text, share: 0.3, after: .zero) == "[███░░░░░░░]  \(text)")
        let styled = ProgressBar(columns: 50, isStyled: true).line(text, share: 1, after: .zero)
        #expect(styled == "[\u{1B}[32m##########\u{1B}[0m]  \(text)")
        // What moves stays within the brackets.
        let bar = ProgressBar(columns: 50)
        let places = (0...12).map { bar.line(text, share: nil, after: .milliseconds(100 * $0)) }
        #expect(places.first == "[####......]  \(text)" && places[6] == "[......####]  \(text)" && places[12] == places[0])
        #expect(places[1] == "[.####.....]  \(text)" && places[7] == places[5])
    }

    @Test("A command with many calls is one stretch of time, and takes its line away before it prints") func command() {
        let bench = FakeConsole(progressBar: ProgressBar(columns: 80))
        let platform = Answering { _, watch throws(AdminError) in
            let end = ContinuousClock.now + .milliseconds(1_300)
            while .now < end {
                if !watch.goesOn() { throw watch.interruption(isSent: true) }
            }
            return "[\(Prepared.tenant)]"
        }
        let interpreter = Interpreter(console: bench) { _ in platform }
        guard case .report = interpreter.perform(["tenant", "list"], Settings(dataDirectory: "/nowhere")) else {
            return #expect(Bool(false))
        }
        #expect(bench.shown.contains { $0?.hasSuffix("]  tenant list, 1 s") == true } && bench.shown.last == .some(nil))
        #expect(bench.errors.isEmpty)
    }
}

import AdminAPI
import Glibc
import Terminal

/// `top` before somebody: figures anew every few seconds, and keys.
struct TopScreen {
    let client: AdminClient
    let interval: Duration
    let isStyled: Bool

    private static let shortest = Duration.milliseconds(1)
    /// How often an answer that is awaited is looked for.
    private static let look = Duration.milliseconds(50)

    /// Returns when the person quits.
    func run() throws(AdminError) {
        guard FullScreen.isPossible else { throw Self.noTerminal }
        // Before the screen is taken: a refusal is shown where it can be read.
        var now = try client.call(Calls.showLoad)
        guard let screen = FullScreen() else { throw Self.noTerminal }
        var before: PlatformLoad?, problem: String?
        var sort = TopView.Column.mail
        var due = ContinuousClock.now + .seconds(1)
        // Beside the screen, which answers keys while a platform that hangs does not answer.
        var reading: WatchedWork.Place<Result<PlatformLoad, AdminError>>?
        while true {
            let size = screen.size
            let view = TopView(sort: sort, columns: size.columns, rows: size.rows, isStyled: isStyled)
            screen.draw(view.lines(LoadRates(now, since: before), problem: problem))
            let left = reading == nil ? max(ContinuousClock.now.duration(to: due), Self.shortest) : Self.look
            switch screen.next(within: Int(left / Self.shortest)) {
            case .key(.character("q")), .key(.character("Q")), .signal(SIGINT), .signal(SIGQUIT): return screen.restore()
            case .signal(let number):
                screen.restore()
                signal(number, SIG_DFL)
                raise(number)
                return
            case .key(.right), .key(.down), .key(.character("s")): sort = sort.next(1)
            case .key(.left), .key(.up), .key(.character("S")): sort = sort.next(-1)
            case .key(.character), .resized, .timeout: break
            }
            if reading == nil, due <= .now { reading = begun() }
            guard let outcome = reading?.value(within: 0) else { continue }
            reading = nil
            switch outcome {
            case .success(let next): (before, now, problem) = (now, next, nil)
            case .failure(let error): problem = error.message
            }
            due = .now + interval
        }
    }

    private func begun() -> WatchedWork.Place<Result<PlatformLoad, AdminError>> {
        let client = client
        return WatchedWork.begun { _ in Result { () throws(AdminError) in try client.call(Calls.showLoad) } }
    }

    private static let noTerminal = AdminError(
        .invalid, "`casella top` needs a terminal to show its screen on.", hint: "`casella top --once` prints one screen as text.")
}

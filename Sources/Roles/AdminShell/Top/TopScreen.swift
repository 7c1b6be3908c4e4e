import AdminAPI
import Glibc
import Terminal

/// `top` before somebody: figures anew every few seconds, and keys.
struct TopScreen {
    let client: AdminClient
    let interval: Duration
    let isStyled: Bool

    private static let shortest = Duration.milliseconds(1)

    /// Returns when the person quits.
    func run() throws(AdminError) {
        guard FullScreen.isPossible else { throw Self.noTerminal }
        // Before the screen is taken: a refusal is shown where it can be read.
        var now = try client.call(Calls.showLoad)
        guard let screen = FullScreen() else { throw Self.noTerminal }
        var before: PlatformLoad?, problem: String?
        var sort = TopView.Column.mail
        var due = ContinuousClock.now + .seconds(1)
        while true {
            let size = screen.size
            let view = TopView(sort: sort, columns: size.columns, rows: size.rows, isStyled: isStyled)
            screen.draw(view.lines(LoadRates(now, since: before), problem: problem))
            let left = max(ContinuousClock.now.duration(to: due), Self.shortest)
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
            guard due <= .now else { continue }
            do {
                let next = try client.call(Calls.showLoad)
                (before, now, problem) = (now, next, nil)
            } catch {
                problem = error.message
            }
            due = .now + interval
        }
    }

    private static let noTerminal = AdminError(
        .invalid, "`casella top` needs a terminal to show its screen on.", hint: "`casella top --once` prints one screen as text.")
}

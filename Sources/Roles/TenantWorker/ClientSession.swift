import Runtime
import Supervision

/// A session of one user in this worker: IMAP, POP3 or submission.
@EventLoopActor
protocol ClientSession: AnyObject {
    /// The user that the session belongs to.
    var user: Int64 { get }
    var service: ClientService { get }

    /// Serves the client until it leaves, its connection breaks, or `end` is called.
    func run() async

    /// Tells the client in its protocol's own words that the session ends (`* BYE`, `421`, …), and ends it.
    func end(reason: String)
}

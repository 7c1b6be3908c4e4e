import Runtime
import Supervision

/// What the relay counts: plain numbers on the event loop.
@EventLoopActor
final class RelayCounters {
    var figures = RelayFigures()

    init() {}
}

/// Octets that connections carried, as the protocols see them: without TLS. Given to a connection, it counts along.
@EventLoopActor
public final class Traffic {
    public internal(set) var received: Int64 = 0
    public internal(set) var sent: Int64 = 0

    public init() {}
}

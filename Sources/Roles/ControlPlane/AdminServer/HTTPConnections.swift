import NIOHTTP1

extension HTTPRequestHead {
    /// Whether another request may follow on the connection. None follows CONNECT or a wish to upgrade: NIO parses nothing more there, and
    /// would keep whatever comes for who never takes it.
    var allowsAnother: Bool { isKeepAlive && method != .CONNECT && !headers.contains(name: "Upgrade") }
}

import NIOCore
import NIOHTTP1

extension HTTPRequestHead {
    /// Whether another request may follow on the connection. None follows CONNECT or a wish to upgrade: NIO parses nothing more there, and
    /// would keep whatever comes for who never takes it.
    var allowsAnother: Bool { isKeepAlive && method != .CONNECT && !headers.contains(name: "Upgrade") }
}

extension ChannelPipeline.SynchronousOperations {
    /// HTTP with whoever the gateway lets through: longer heads are refused with 400.
    func configureHTTPForStrangers() throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        (limits.maxHeaderFieldSize, limits.maxHeaderListSize, limits.maxHeaderFieldCount) = (8 * 1024, 16 * 1024, 64)
        try configureHTTPServerPipeline(
            withErrorHandling: true, withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
    }
}

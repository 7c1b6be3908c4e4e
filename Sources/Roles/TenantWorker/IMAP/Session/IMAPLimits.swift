/// Limits of IMAP sessions.
package struct IMAPLimits: Sendable {
    /// Octets of a message that APPEND takes.
    package var message: Int
    /// How long a client may be silent: at least 30 minutes (RFC 3501 §5.4).
    package var silence = Duration.seconds(31 * 60)
    /// How often an idling client hears that the connection lives.
    package var stillHere = Duration.seconds(4 * 60)
    /// Commands in a row that are none, after which the session ends.
    package var nonsense = 20

    package init(message: Int) { self.message = message }
}

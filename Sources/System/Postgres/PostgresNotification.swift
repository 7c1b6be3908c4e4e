/// What `NOTIFY` told a listener.
public struct PostgresNotification: Sendable, Equatable {
    public let channel: String
    public let payload: String
    /// The server process that notified; 0 for `mayHaveMissed`.
    public let processID: Int32
    /// True once for each channel whenever the connection was made anew, the first time too: notifications before it are lost, so read
    /// again what they would have told.
    public let mayHaveMissed: Bool

    init(channel: String, payload: String, processID: Int32) {
        self.channel = channel
        self.payload = payload
        self.processID = processID
        mayHaveMissed = false
    }

    init(listeningTo channel: String) {
        self.channel = channel
        payload = ""
        processID = 0
        mayHaveMissed = true
    }
}

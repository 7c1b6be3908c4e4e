/// Keeps one connection listening, and makes it anew when it is lost.
actor PostgresListener {
    private nonisolated let thread: PollingThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    private nonisolated let token: PollingThread.Token
    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let continuation: AsyncStream<PostgresNotification>.Continuation
    private var isStopped = false

    init(
        _ configuration: PostgresConfiguration, channels: [String], thread: PollingThread,
        _ continuation: AsyncStream<PostgresNotification>.Continuation
    ) {
        var configuration = configuration
        configuration.patience = .zero  // the loop below is patient
        self.configuration = configuration
        self.channels = channels
        self.thread = thread
        self.continuation = continuation
        token = thread.makeToken()
    }

    func run() async {
        var pause = Duration.milliseconds(100)
        while !isStopped {
            if await listen() { pause = .milliseconds(100) }
            guard !isStopped else { break }
            _ = await thread.wait(token, until: .now + pause)
            pause = min(pause * 2, .seconds(5))
        }
        continuation.finish()
    }

    func stop() {
        isStopped = true
        thread.interrupt(token)
    }

    /// Returns when the connection is lost, or the listener stopped: true if it had been listening.
    private func listen() async -> Bool {
        var isListening = false
        do throws(PostgresError) {
            let connection = try await PostgresConnection.connect(configuration, on: thread, token: token)
            // After this line the connection goes, whatever happens: nobody else holds it.
            try await connection.script(channels.map { "LISTEN \(Self.quoted($0));" }.joined())
            isListening = true
            for channel in channels { continuation.yield(PostgresNotification(listeningTo: channel)) }
            while !isStopped {
                for notification in try await connection.notifications() { continuation.yield(notification) }
            }
        } catch {
            // Whatever it was, connecting again is the cure; a consumer sees that it may have missed something.
        }
        return isListening
    }

    private static func quoted(_ identifier: String) -> String {
        "\"" + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

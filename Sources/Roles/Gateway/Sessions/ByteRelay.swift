import Runtime

/// Passes bytes on between a client and a process of ours that serves it, until one of them ends.
@EventLoopActor
enum ByteRelay {
    /// Closes both.
    /// - Parameter patience: how long one side may be silent, or take nothing.
    static func run(between client: Connection, and inner: Connection, patience: Duration? = nil) async {
        let answers = EventLoopActor.task {
            await pump(from: inner, to: client, patience)
            await client.close()
        }
        await pump(from: client, to: inner, patience)
        inner.closeOutput()  // the process ends its session, once it has answered what it got
        await answers.value
        await inner.close()
    }

    /// Until the source ends or one side breaks; either way the session is over, and what was done is kept.
    private static func pump(from source: Connection, to sink: Connection, _ patience: Duration?) async {
        while let bytes = try? await source.read(timeout: patience) {
            sink.write(bytes)
            do { try await sink.flush(timeout: patience ?? Connection.patience) } catch { return }
        }
    }
}

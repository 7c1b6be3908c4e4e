/// Mail that waits.
extension Calls {
    /// `recipientDomain`: those with a recipient there who waits still. `{id}` is a `QueueID`.
    public static let listQueue = Call<Nothing, [QueueEntry]>(
        "queue list", .get, "/queue", query: ["tenant", "recipientDomain"], needs: .read, effect: .reads)
    public static let showQueued = Call<Nothing, QueueEntry>("queue show", .get, "/queue/{id}", needs: .read, effect: .reads)
    public static let retryQueued = Call<Nothing, QueueEntry>(
        "queue retry", .post, "/queue/{id}/retry", needs: .manageQueue, effect: .changes)
    public static let holdQueued = Call<Nothing, QueueEntry>("queue hold", .post, "/queue/{id}/hold", needs: .manageQueue, effect: .changes)
    public static let releaseQueued = Call<Nothing, QueueEntry>(
        "queue release", .post, "/queue/{id}/release", needs: .manageQueue, effect: .changes)
    public static let deleteQueued = Call<Nothing, Nothing>("queue delete", .delete, "/queue/{id}", needs: .manageQueue, effect: .destroys)
    /// A page of many.
    public static let retryManyQueued = Call<QueueSelection, QueueBatch>(
        "queue retry --all", .post, "/queue/retry", needs: .manageQueue, effect: .changes)
    public static let holdManyQueued = Call<QueueSelection, QueueBatch>(
        "queue hold --all", .post, "/queue/hold", needs: .manageQueue, effect: .changes)
    public static let releaseManyQueued = Call<QueueSelection, QueueBatch>(
        "queue release --all", .post, "/queue/release", needs: .manageQueue, effect: .changes)
    public static let deleteManyQueued = Call<QueueSelection, QueueBatch>(
        "queue delete --all", .post, "/queue/delete", needs: .manageQueue, effect: .destroys)
}

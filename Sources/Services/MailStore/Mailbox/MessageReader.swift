import BlobStore
import Runtime

/// Reads messages, and keeps the last one for a few seconds: clients fetch large messages piece by piece.
@EventLoopActor
final class MessageReader {
    private let blobs: MessageBlobs
    private var last: (reference: BlobReference, bytes: [UInt8])?
    private var isExpiring = false

    init(blobs: MessageBlobs) { self.blobs = blobs }

    func read(_ reference: BlobReference) async throws(StoreError) -> [UInt8] {
        if let last, last.reference == reference { return last.bytes }
        let bytes: [UInt8]
        do {
            bytes = try await blobs.read(reference)
        } catch {
            throw StoreError(error)
        }
        last = (reference, bytes)
        expire()
        return bytes
    }

    /// Several messages with one call, for who goes through them in order: none of them is kept.
    func read(each references: [BlobReference]) async -> [Result<[UInt8], StoreError>] {
        await blobs.read(each: references).map { $0.mapError { StoreError($0) } }
    }

    private func expire() {
        guard !isExpiring else { return }
        isExpiring = true
        EventLoopActor.task { [weak self] in
            await EventLoopActor.sleep(for: .seconds(5))
            self?.last = nil
            self?.isExpiring = false
        }
    }
}

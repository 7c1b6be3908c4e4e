import MailStore
import Runtime
import TestSupport
import Testing

/// Noise, which stays as long as it is.
func noise(_ seed: Int, _ size: Int = 2_000) -> [UInt8] {
    var random = SeededNumbers(state: UInt64(seed))
    return message(0, "\(seed)") + (0..<size).map { _ in UInt8.random(in: 0x20...0x7e, using: &random) }
}

/// To a user's INBOX, one after the other; their rows are committed.
@EventLoopActor
func deliver(_ seeds: Range<Int>, to user: Int64, in store: TenantStore) async throws {
    for seed in seeds { #expect(await store.deliver(delivery(noise(seed), to: user)).first.isStored) }
    try await store.commitRows()
}

import Foundation
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

/// The files of a tenant's blobs.
func segments(_ tenant: TestTenant) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: tenant.directory)
        .filter { $0.hasSuffix(".segment") || $0.hasSuffix(".packed") }.sorted()
}

/// Subject lines tell which message it is; every octet is as it was delivered.
@EventLoopActor
func check(_ selection: Selection, _ seeds: [Int]) async throws {
    #expect(selection.count == seeds.count)
    for (uid, seed) in zip(selection.uids, seeds) { #expect(try await selection.bytes(of: uid) == noise(seed)) }
}

/// 200 messages of which every tenth is left.
@EventLoopActor
func sparse(_ user: Int64, in store: TenantStore) async throws -> (Account, Selection) {
    try await deliver(0..<200, to: user, in: store)
    let (account, selection) = try await inbox(user, in: store)
    let gone = selection.uids.enumerated().filter { $0.offset % 10 != 0 }.map(\.element)
    _ = try await selection.store(gone, .add, flags: .deleted, keywords: [])
    _ = try await selection.expunge()
    _ = selection.takeChanges(expunges: true)
    return (account, selection)
}

/// What `sparse` leaves.
let leftOfSparse = Array(stride(from: 0, to: 200, by: 10))

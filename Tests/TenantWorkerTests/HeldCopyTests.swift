import MailStore
import Runtime
import Supervision
import TenantWorker
import Testing

/// What the worker answers when it is asked to copy what holds keep.
@Suite("Copies of what is held, for the control plane") struct HeldCopyTests {
    private static let folder = "ann 2026-05-04T03:02:01Z"

    /// Ann is held, and has a message of 200 octets.
    @EventLoopActor
    private func office() async throws -> (office: SharedOffice, ann: Int64) {
        let office = try await SharedOffice(bytes: 500)
        let ann = try await office.domain.user("ann")
        try await office.domain.hold(ann)
        let account = try await office.domain.company.store.account(of: ann)
        let inbox = try #require(account.mailboxes.first)
        _ = try await account.append([NewMessage(bytes: [UInt8](repeating: 0x78, count: 200))], to: inbox)
        return (office, ann)
    }

    private func copy(_ users: Int64..., to mailbox: Int64, trial: Bool = false) -> HeldCopy {
        let sources = users.enumerated().map { HeldCopy.Source(user: $1, folder: "\(Self.folder)\($0 == 0 ? "" : " \($0 + 1)")") }
        return HeldCopy(sources: sources, mailbox: mailbox, since: nil, before: nil, includesPresent: true, isTrial: trial)
    }

    @Test("Members find the folder, strangers do not; the same again is refused, and what has no room is told in full")
    @EventLoopActor func answers() async throws {
        let (office, ann) = try await office()
        let store = office.domain.company.store, one = HeldCopyOutcome.Amount(messages: 1, bytes: 200)
        let stranger = try #require(office.members["stranger"])
        let list = #"LIST "" "Shared/*@*/ann*""#
        let reader = try await office.client("read")
        #expect(await copy(ann, to: office.info, trial: true).perform(in: store) == .copied([one]))
        #expect(try await reader.answer(list).count == 1, "tried only: the tagged line alone")
        #expect(await copy(ann, stranger, to: office.info).perform(in: store) == .copied([one, .init(messages: 0, bytes: 0)]))
        #expect(try await reader.answer(list).contains { $0.hasSuffix("\(office.name)/\(Self.folder)\"") })
        #expect(try await office.client("stranger").answer(list).count == 1)
        #expect(await copy(ann, to: office.info).perform(in: store) == .folderExists)
        let more = HeldCopy(
            sources: (1...2).map { .init(user: ann, folder: "more \($0)") }, mailbox: office.info, since: nil, before: nil,
            includesPresent: true, isTrial: false)
        #expect(
            await more.perform(in: store)
                == .overQuota(needed: .init(messages: 2, bytes: 400), level: "user", isOfMessages: false, used: 200, limit: 500))
        guard case .refused = await copy(ann, to: 999_999_999).perform(in: store) else { return #expect(Bool(false)) }
    }
}

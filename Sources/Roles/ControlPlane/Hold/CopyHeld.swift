import AdminAPI
import Glibc
import Postgres
import Quantities
import Runtime
import Supervision

/// What holds keep is read in a shared mailbox, by its members. Mail does not come to the control plane: the tenant's worker copies.
extension Provisioning {
    /// `hold copy`: of an address, of everybody who has it or had it and is kept, as far as a hold concerns them; each into a folder of
    /// their own.
    func copyHeld(_ request: AdminRequest<NewHeldCopies>) async throws -> HeldCopies {
        let address: EmailAddress = try request.path.require("target")
        let new = request.body
        try new.validate()
        let (people, shared) = try await change { transaction in
            let shared = try await findShared(new.to, in: transaction)
            return (try await held(at: address, for: shared, called: new.to, in: transaction), shared)
        }
        let copied = try await copy(people, of: address, in: shared, new)
        let folders = copied.filter { $0.1.messages > 0 }.map { HeldCopies.Folder(name: $0.0.folder, copied: Usage($0.1)) }
        guard !folders.isEmpty else {
            throw AdminError(
                .notFound, "There is nothing of \(address) to copy.",
                hint: new.all ? nil : "Held is what was removed while the hold stood; --all copies also what is in the mailboxes.")
        }
        return HeldCopies(target: address, mailbox: new.to, folders: folders)
    }

    /// Folders are named by the second: whoever copies again in the same one waits for the next.
    private func copy(
        _ people: [HeldPerson], of address: EmailAddress, in shared: (tenant: Int64, user: Int64), _ new: NewHeldCopies
    ) async throws -> [(HeldCopy.Source, HeldCopyOutcome.Amount)] {
        for _ in 0..<Self.attempts {
            let sources = Self.sources(people, of: address, at: Timestamp(secondsSince1970: Int64(time(nil))))
            let copy = HeldCopy(
                sources: sources, mailbox: shared.user, since: new.since?.beginning.secondsSince1970,
                before: new.before?.beginning.secondsSince1970, includesPresent: new.all, isTrial: isRehearsal)
            guard let outcome = await workers.copyHeld(copy, of: shared.tenant) else { throw Self.unknownOutcome(new.to, sources) }
            if let amounts = try Self.amounts(outcome, new) { return Array(zip(sources, amounts)) }
            await EventLoopActor.sleep(for: .seconds(1))
        }
        throw AdminError(
            .conflict, "Nothing was copied: \(new.to) has a folder of that name and time already.", hint: "Try again in a few seconds.")
    }

    private static let attempts = 3

    private struct HeldPerson {
        var user: Int64
        var deletedAt: Timestamp?
    }

    /// With folders of names that are new each time, so that two copyings do not mix.
    private static func sources(_ people: [HeldPerson], of address: EmailAddress, at now: Timestamp) -> [HeldCopy.Source] {
        var names: Set<String> = []
        return people.map { person in
            let whose = person.deletedAt.map { "\(address) (deleted \($0))" } ?? address.text
            var name = "\(whose) \(now)", number = 1
            while !names.insert(name).inserted {
                number += 1
                name = "\(whose) \(now) \(number)"
            }
            return HeldCopy.Source(user: person.user, folder: name)
        }
    }

    private func held(
        at address: EmailAddress, for shared: (tenant: Int64, user: Int64), called mailbox: EmailAddress,
        in transaction: PostgresTransaction
    ) async throws -> [HeldPerson] {
        try await showDeleted(in: transaction)
        let found = try await transaction.query(
            """
            SELECT u.tenant_id, u.user_id, u.deleted_at, EXISTS (
                SELECT FROM holds h WHERE h.tenant_id = u.tenant_id AND \(HoldRule.covers(domain: "u.domain_id", user: "u.user_id")))
            FROM users u JOIN domains d USING (tenant_id, domain_id) WHERE d.name = $1 AND u.local_part = $2
            ORDER BY u.deleted_at DESC NULLS FIRST, u.user_id
            """, [.text(address.domain.text), .text(address.localPart)])
        guard let first = found.first else { throw AdminError.noUser(address) }
        guard try first.int8(0) == shared.tenant else {
            throw AdminError(
                .conflict, "\(mailbox) and \(address) are of different tenants.",
                hint: "What is held of a tenant is read in that tenant alone.")
        }
        var people: [HeldPerson] = []
        for row in found.rows where try row.bool(3) {
            people.append(HeldPerson(user: try row.int8(1), deletedAt: try row.optionalMoment(2)))
        }
        guard !people.isEmpty else {
            throw AdminError(
                .conflict, "There is no hold on \(address), nor on anything above it.",
                hint: "`hold list` shows all; `hold set` keeps what is removed from then on.")
        }
        guard !people.contains(where: { $0.user == shared.user }) else {
            throw AdminError(.conflict, "What is held of \(address) cannot be copied into itself.", hint: "Give another shared mailbox.")
        }
        return people
    }

    // MARK: What the worker says

    /// nil: another name has to be found.
    private static func amounts(_ outcome: HeldCopyOutcome, _ new: NewHeldCopies) throws(AdminError) -> [HeldCopyOutcome.Amount]? {
        switch outcome {
        case .copied(let amounts): return amounts
        case .folderExists: return nil
        case .overQuota(let needed, let level, let isOfMessages, let used, let limit):
            let whose = level == "user" ? "the quota of \(new.to)" : "the quota of its \(level)"
            let amounts = isOfMessages ? ("\(limit) messages", "\(used)") : ("\(ByteCount(limit))", "\(ByteCount(used))")
            throw AdminError(
                .conflict,
                "\(new.to) has no room for \(needed.words): of \(amounts.0), \(whose), \(amounts.1) are used. Nothing was copied.",
                hint: "`quota set` makes room; --since and --before copy less.")
        case .tooMany(let needed, let limit):
            throw AdminError(
                .conflict, "At most \(limit) messages are copied at a time, and there are \(needed.words). Nothing was copied.",
                hint: "--since and --before copy them in parts.")
        case .refused(let why):
            throw AdminError(.conflict, "Nothing was copied into \(new.to): \(why).", hint: "`mailbox show \(new.to)` shows it.")
        case .failed(let problem):
            throw AdminError(.unavailable, "Nothing was copied: \(problem).", hint: "Try again in a few seconds.")
        }
    }

    private static func unknownOutcome(_ mailbox: EmailAddress, _ sources: [HeldCopy.Source]) -> AdminError {
        let folders = sources.map { "\"\($0.folder)\"" }.joined(separator: ", ")
        return AdminError(
            .timedOut, "The tenant's worker did not say whether the messages were copied.",
            hint: "It is all or nothing: see whether \(mailbox) has \(folders) before you copy again.")
    }
}

extension HeldCopyOutcome.Amount {
    fileprivate var words: String { "\(messages) \(messages == 1 ? "message" : "messages") (\(ByteCount(bytes)))" }
}

extension Usage {
    fileprivate init(_ amount: HeldCopyOutcome.Amount) { self.init(bytes: ByteCount(amount.bytes), messages: amount.messages) }
}

import AdminAPI
import DKIM
import Postgres
import Resolver

extension Provisioning {
    /// The keys that wait, when the DNS has their records.
    func publishedKeys(_ request: AdminRequest<Nothing>) async throws -> [DKIMRow] {
        let name: DomainName = try request.path.require("name")
        let isUnchecked = request.query["unchecked"] == "true"
        if isUnchecked, request.caller.role.reach != .platform {
            throw AdminError(.forbidden, "Only those who run the platform activate keys unchecked.")
        }
        _ = try await domain(underAnyName: name)
        let waiting = try await dkimRows(of: name).filter { $0.key.state == .waiting }
        guard !waiting.isEmpty else {
            throw AdminError(.conflict, "No key of \(name) waits to be activated.", hint: "`dkim create \(name)` makes some.")
        }
        if !isUnchecked {
            for finding in await check(waiting) where finding.verdict != .right {
                throw AdminError(
                    finding.verdict == .unknown ? .unavailable : .conflict, "\(finding.name) is not ready: \(finding.explanation)",
                    hint: "Name servers may remember for a while what was there before. A key that is not wanted goes by `dkim delete`.")
            }
        }
        return waiting
    }

    /// `dkim activate`: the keys that wait sign from now on; those that signed are retired.
    func activateDKIMKeys(_ request: AdminRequest<Nothing>, _ waiting: [DKIMRow]) async throws -> [DKIMKey] {
        let name: DomainName = try request.path.require("name")
        let tenant = try await change { transaction in
            let signing = try await lockSigningName(name, in: transaction)
            // Those alone that were looked for, if they wait still.
            let parameters = signing.parameters + [.textArray(waiting.map(\.key.selector.text))]
            let activated = try await transaction.query(
                """
                UPDATE dkim_keys SET state = 'active', changed_at = now()
                WHERE \(SigningName.keys) AND state = 'waiting'
                    AND (selector, public_key) IN (SELECT selector, key FROM unnest($4::text[], $5::bytea[]) AS w (selector, key))
                """, parameters + [.byteaArray(waiting.map(\.record.publicKey))])
            guard activated.affected == waiting.count else {
                throw AdminError(
                    .conflict, "The keys of \(name) were changed meanwhile.", hint: "`dkim show \(name)` tells what they are now.")
            }
            _ = try await transaction.query(
                """
                UPDATE dkim_keys SET state = 'retired', changed_at = now()
                WHERE \(SigningName.keys) AND state = 'active' AND selector <> ALL ($4)
                """, parameters)
            return signing.tenant
        }
        directoryChanged(of: tenant)
        return try await dkimKeys(of: name)
    }

    /// Holds what the DNS says of a domain's keys against what should be there.
    func check(_ rows: [DKIMRow]) async -> [DomainCheck.Finding] {
        await withTaskGroup(of: (Int, DomainCheck.Finding).self) { group in
            var findings: [Int: DomainCheck.Finding] = [:]
            for (place, row) in rows.enumerated() {
                if place >= Self.questionsAtOnce, let (answered, finding) = await group.next() { findings[answered] = finding }
                group.addTask { (place, await check(row)) }
            }
            for await (place, finding) in group { findings[place] = finding }
            return findings.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Keys that the DNS is asked for at one time: the usual few of a domain together, and not all that there may be.
    private static let questionsAtOnce = 8

    private func check(_ row: DKIMRow) async -> DomainCheck.Finding {
        let record = row.key.record, line = "\(record.name) TXT \(record.value)"
        func finding(_ verdict: DomainCheck.Finding.Verdict, _ published: [String], _ says: String) -> DomainCheck.Finding {
            DomainCheck.Finding(type: "TXT", name: record.name, verdict: verdict, published: published, explanation: says)
        }
        var texts: [String] = []
        do throws(ResolverError) {
            texts = try await resolver.texts(of: String(record.name.dropLast()))
        } catch .temporary(_, let reason) {
            return finding(.unknown, [], "The name servers could not be asked (\(reason)); try again later.")
        } catch {}  // there is no such name
        let published = texts.map { "\"\($0)\"" }
        // What an active key signs is not believed without its record; of the others nothing depends on it now.
        let wrong: DomainCheck.Finding.Verdict = row.key.state == .active ? .wrong : .advised
        if row.key.state == .retired, row.record.finding(in: texts) != .right {
            return finding(.right, published, "The retired key's record is gone, or is another's; \(row.key.selector) may be deleted.")
        }
        switch row.record.finding(in: texts) {
        case .right: return finding(.right, published, "The \(row.key.state) key is published.")
        case .absent: return finding(wrong, published, "The \(row.key.state) key is not published; publish: \(line)")
        case .several: return finding(wrong, published, "There are several records, and so none that counts; publish one: \(line)")
        case .revoked: return finding(wrong, published, "The record says that the key is revoked (p= is empty); publish: \(line)")
        case .anotherKey: return finding(wrong, published, "Another key is published, or not all of this one; publish: \(line)")
        case .anotherType: return finding(wrong, published, "The record is of another type of key (k=); publish: \(line)")
        case .unusable: return finding(wrong, published, "The record is none that verifies mail (v=, p=, t=, h=, s=); publish: \(line)")
        }
    }
}

import Cryptography
import Glibc
import MailStore
import Runtime
import SMTP

/// Brings a quota warning to whom it concerns: a user's to the user, a domain's to its postmaster, a tenant's to the postmaster
/// of the first of its domains that has one.
///
/// It is mail like any other: from the null reverse-path, counted, and never past a limit.
@EventLoopActor
package struct QuotaWarningDelivery {
    let facts: DoorFacts
    let store: TenantStore

    package init(facts: DoorFacts, store: TenantStore) { (self.facts, self.store) = (facts, store) }

    package func deliver(_ warning: QuotaWarning) async -> QuotaWarning.Outcome {
        guard let digest = try? Cryptography.sha256(Array(warning.identity.utf8)) else { return .pending }
        let id = Array(digest.prefix(16))
        let outcome = await deliver(warning, id)
        Log.info(
            "quota warning given",
            [
                "trace": Hexadecimal.encode(id), "level": warning.scope.rawValue, "name": warning.name, "percent": "\(warning.percent)",
                "outcome": outcome.rawValue,
            ])
        return outcome
    }

    private func deliver(_ warning: QuotaWarning, _ id: [UInt8]) async -> QuotaWarning.Outcome {
        do {
            guard warning.scope != .user else {
                return await put(warning, to: [warning.subject], addressed: warning.name, id)
            }
            guard let (address, targets) = try await postmaster(of: warning.domains) else { return .noAddress }
            var outcomes: [QuotaWarning.Outcome] = []
            if !targets.users.isEmpty {
                outcomes.append(await put(warning, to: targets.users.map(\.user.id), addressed: address, id))
            }
            if !targets.external.isEmpty { outcomes.append(await forward(warning, to: targets.external, addressed: address, id)) }
            return outcomes.contains(.pending) ? .pending : outcomes.contains(.mailed) ? .mailed : .noRoom
        } catch {
            return .pending
        }
    }

    /// The first postmaster that there is, and where its mail goes.
    private func postmaster(of domains: [String]) async throws(StoreError) -> (address: String, targets: ResolvedTargets)? {
        for domain in domains {
            if case .targets(let targets) = try await store.resolve(localPart: "postmaster", domain: domain) {
                return ("postmaster@\(domain)", targets)
            }
        }
        return nil
    }

    private func message(_ warning: QuotaWarning, _ address: String, _ id: [UInt8]) -> [UInt8] {
        QuotaWarningMessage(
            warning: warning, recipient: address, hostname: facts.hostname, identifier: Hexadecimal.encode(id), date: Int64(time(nil))
        ).bytes
    }

    /// Into the INBOX of these users.
    private func put(_ warning: QuotaWarning, to users: [Int64], addressed address: String, _ id: [UInt8]) async -> QuotaWarning.Outcome {
        let outcomes = await store.deliver(
            Delivery(
                id: id, reversePath: "", bytes: message(warning, address, id), recipients: users.map { DeliveryRecipient(user: $0) }))
        var isFull = false
        for outcome in outcomes {
            switch outcome {
            case .stored, .duplicate: return .mailed
            case .overQuota: isFull = true
            case .noSuchUser: break
            case .unavailable: return .pending
            }
        }
        return isFull ? .noRoom : .noAddress
    }

    private func forward(
        _ warning: QuotaWarning, to addresses: [String], addressed address: String, _ id: [UInt8]
    ) async -> QuotaWarning.Outcome {
        let recipients = addresses.compactMap { SMTP.EnvelopeAddress($0) }.map { RcptCommand(path: .address($0)) }
        guard let deliveryID = DeliveryID(octets: id), !recipients.isEmpty else { return .noAddress }
        let reply = await RelayHandOff(facts).send(
            MailCommand(reversePath: .null, deliveryID: deliveryID), to: recipients, [], message(warning, address, id))
        return reply.isPositive ? .mailed : reply.isPermanent ? .noAddress : .pending
    }
}

import Cryptography
import InnerDoor
import NIOCore
import Runtime
import SMTP
import Supervision

/// One transaction from the internet, and its legs to the workers of the tenants concerned.
@EventLoopActor
final class InboundTransfer {
    /// Names this message at every hand-over, so that a repeated one is no second delivery.
    let delivery: DeliveryID

    private struct Leg {
        var tenant: Int64
        var client: InnerDoorClient
        var recipients: [RcptCommand] = []
        /// Some recipient asked to be told of success (RFC 3461 §4.1): the relay delivers, since it writes the notices.
        var goesByRelay = false

        mutating func take(_ recipient: RcptCommand) {
            recipients.append(recipient)
            if recipient.notify?.contains(.success) == true { goesByRelay = true }
        }
    }

    private let gateway: GatewayProcess
    private let mail: MailCommand
    private var legs: [Leg] = []

    /// Nil when the system has no random numbers to give.
    init?(gateway: GatewayProcess, mail: MailCommand) {
        guard let octets = try? Cryptography.randomBytes(16), let id = DeliveryID(octets: octets) else { return nil }
        self.gateway = gateway
        self.mail = mail
        delivery = id
    }

    // MARK: Recipients

    /// Asks whether the recipient can be delivered to. Nil if so.
    func check(_ recipient: RcptCommand) async -> Reply? {
        guard gateway.domains.isKnown else { return .starting }
        let address = isOwnPostmaster(recipient.path) ? EnvelopeAddress(gateway.configuration.postmaster) : recipient.path.address
        guard let address, let domain = gateway.domains[address.domain] else { return .notRelayed(recipient.path) }
        guard domain.takesMail else { return .suspended(domain.reason) }
        var resolved = recipient
        resolved.path = .address(address)
        do {
            let reply = try await ask(domain.tenant, resolved)
            return reply.isPositive ? nil : reply
        } catch {
            Log.warning(
                "a worker could not be asked about a recipient",
                ["tenant": "\(domain.tenant)", "trace": "\(delivery)", "error": "\(error)"])
            return .recipientUnavailable
        }
    }

    /// RFC 5321 §4.1.1.3 and §4.5.1: a postmaster without a domain is the server's own, and so is that of its name, unless it is a domain.
    private func isOwnPostmaster(_ path: ForwardPath) -> Bool {
        guard let address = path.address else { return true }
        return address.localPart.lowercased() == "postmaster" && address.domain.lowercased() == gateway.configuration.hostname.lowercased()
            && gateway.domains[address.domain] == nil
    }

    private func ask(_ tenant: Int64, _ recipient: RcptCommand) async throws(InnerDoorClient.Failure) -> Reply {
        var plain = recipient
        plain.notify = nil
        plain.originalRecipient = nil
        if let index = legs.firstIndex(where: { $0.tenant == tenant }) {
            let reply = try await legs[index].client.add(plain)
            if reply.isPositive { legs[index].take(recipient) }
            return reply
        }
        let client = try await gateway.workers.open(gateway.lmtpDoor(of: tenant))
        do {
            let (toMail, toRecipient) = try await client.begin(innerMail, plain)
            guard toMail.isPositive else {
                await client.abort()
                return toMail
            }
            var leg = Leg(tenant: tenant, client: client)
            if toRecipient.isPositive { leg.take(recipient) }
            legs.append(leg)
            return toRecipient
        } catch {
            await client.abort()
            throw error
        }
    }

    /// MAIL as the inner door gets it: what only the relay can promise stays here.
    private var innerMail: MailCommand {
        var inner = mail
        inner.deliveryID = delivery
        inner.isFirstAttempt = true
        inner.ret = nil
        inner.envelopeID = nil
        inner.submitter = nil
        inner.submittedBy = nil
        return inner
    }

    // MARK: The message

    /// Hands the message to every worker; the reply is the client's.
    func deliver(_ envelope: SMTPEnvelope, trace: [UInt8], message: ByteBuffer) async -> Reply {
        let pieces = [ByteBuffer(bytes: trace), message]
        var refused: [(RcptCommand, Reply)] = []
        var deferred: [RcptCommand] = []
        var stored = 0
        for leg in legs {
            guard !leg.recipients.isEmpty, !leg.goesByRelay else {
                deferred += leg.recipients
                await release(leg)
                continue
            }
            do {
                for (recipient, reply) in zip(leg.recipients, try await leg.client.send(pieces, recipients: leg.recipients.count)) {
                    if reply.isPositive { stored += 1 } else { refused.append((recipient, reply)) }
                }
                await gateway.workers.giveBack(leg.client, of: gateway.lmtpDoor(of: leg.tenant))
            } catch {
                // Whether it was stored is not known; the relay asks again under the same delivery id.
                Log.warning("a worker was lost in a delivery", ["tenant": "\(leg.tenant)", "trace": "\(delivery)", "error": "\(error)"])
                await leg.client.abort()
                deferred += leg.recipients
            }
        }
        legs = []
        // Refused by all in the same breath: the client hears it, and no notice has to be written.
        if stored == 0, deferred.isEmpty, let (_, reply) = refused.first { return reply }
        deferred += refused.map(\.0)
        guard !deferred.isEmpty else { return .accepted(delivery) }
        return await handToRelay(deferred, pieces) ? .accepted(delivery) : .localError
    }

    private func handToRelay(_ recipients: [RcptCommand], _ pieces: [ByteBuffer]) async -> Bool {
        var mail = mail
        mail.deliveryID = delivery
        mail.submittedBy = nil
        do throws(InnerDoorClient.Failure) {
            let relay = try await InnerDoorClient.connect(
                to: gateway.configuration.relaySocket, speaking: .smtp, as: gateway.configuration.hostname)
            var replies: [Reply] = []
            do throws(InnerDoorClient.Failure) {
                let (toMail, toFirst) = try await relay.begin(mail, recipients[0])
                replies = [toMail, toFirst]
                for recipient in recipients.dropFirst() { replies.append(try await relay.add(recipient)) }
                if replies.allSatisfy(\.isPositive) { replies = try await relay.send(pieces, recipients: recipients.count) }
            } catch {
                await relay.abort()
                throw error
            }
            await relay.quit()
            if let problem = replies.first(where: { !$0.isPositive }) {
                Log.error("the relay did not take a message", ["trace": "\(delivery)", "reply": "\(problem)"])
                return false
            }
            return true
        } catch {
            Log.error("the relay can't be reached", ["trace": "\(delivery)", "error": "\(error)"])
            return false
        }
    }

    /// The client changed its mind, or is gone.
    func abandon() async {
        let legs = legs
        self.legs = []
        for leg in legs { await release(leg) }
    }

    private func release(_ leg: Leg) async {
        do {
            try await leg.client.reset()
            await gateway.workers.giveBack(leg.client, of: gateway.lmtpDoor(of: leg.tenant))
        } catch {
            await leg.client.abort()
        }
    }
}

extension Reply {
    fileprivate static func accepted(_ delivery: DeliveryID) -> Reply { Reply(250, "2.6.0", "Message accepted as \(delivery)") }
    fileprivate static let starting = Reply(451, "4.3.2", "The server is just starting; please try again in a moment")
    fileprivate static func notRelayed(_ path: ForwardPath) -> Reply {
        Reply(550, "5.7.1", "Relaying denied: this server takes no mail for <\(path)>")
    }
    /// RFC 3463 §3.3, X.2.1: disabled, perhaps only for a time.
    fileprivate static func suspended(_ reason: String?) -> Reply {
        Reply(450, "4.2.1", "The recipient's mail is suspended\(reason.map { ": \($0)" } ?? "; please try again later")")
    }
    fileprivate static let recipientUnavailable = Reply(
        451, "4.3.0", "The recipient's mailbox is not available now; please try again later")
}

import InnerDoor
import NIOCore
import Runtime
import SMTP

/// Hands a message to the relay, which makes it durable and sends it on.
@EventLoopActor
struct RelayHandOff {
    private let facts: DoorFacts

    init(_ facts: DoorFacts) { self.facts = facts }

    /// - Returns: what the relay says of the message; 250 means that it is durable there, for all recipients.
    func send(_ mail: MailCommand, to recipients: [RcptCommand], _ header: [UInt8], _ body: [UInt8]) async -> Reply {
        guard let first = recipients.first else { return Reply(554, "5.5.1", "No recipient was accepted") }
        let message = [ByteBuffer(bytes: header), ByteBuffer(bytes: body)]
        do throws(InnerDoorClient.Failure) {
            do throws(InnerDoorClient.Failure) {
                return try await send(over: try await facts.relay.open(facts.relaySocket), mail, first, recipients.dropFirst(), message)
            } catch .connection, .noReply {
                // The relay may have been started anew since; should it have the message already, the delivery id tells it.
                let relay = try await facts.relay.open(facts.relaySocket, anew: true)
                return try await send(over: relay, mail, first, recipients.dropFirst(), message)
            }
        } catch {
            Log.error("the relay did not take a message", ["trace": mail.deliveryID?.description ?? "", "error": "\(error)"])
            return Reply(451, "4.3.0", "The message cannot be queued now; please try again later")
        }
    }

    private func send(
        over relay: InnerDoorClient, _ mail: MailCommand, _ first: RcptCommand, _ others: ArraySlice<RcptCommand>, _ message: [ByteBuffer]
    ) async throws(InnerDoorClient.Failure) -> Reply {
        do throws(InnerDoorClient.Failure) {
            let reply = try await converse(with: relay, mail, first, others, message)
            await facts.relay.giveBack(relay, of: facts.relaySocket)
            return reply
        } catch {
            await relay.abort()
            throw error
        }
    }

    private func converse(
        with relay: InnerDoorClient, _ mail: MailCommand, _ first: RcptCommand, _ others: ArraySlice<RcptCommand>, _ message: [ByteBuffer]
    ) async throws(InnerDoorClient.Failure) -> Reply {
        let (toMail, toFirst) = try await relay.begin(mail, first)
        guard toMail.isPositive else { return toMail }
        guard toFirst.isPositive else { return toFirst }
        for recipient in others {
            let reply = try await relay.add(recipient)
            guard reply.isPositive else { return reply }
        }
        return try await relay.send(message, recipients: 1).first ?? .localError
    }
}

import OutboundQueue
import Postgres
import Resolver
import Runtime
import Supervision

/// The relay: takes messages that have to go on, keeps them safe, and brings them to the next host.
///
/// - Job: serves the inner door `relay` (SMTP from tenant workers and from the gateway), keeps the outbound queue, delivers to
///   our tenants' workers by LMTP and to other hosts by SMTP, tries again on schedule, and tells senders what failed.
/// - Trusts: the control plane (configuration, table of domains, operators' commands) and, at its door, the processes that
///   the configuration names, by the user that the kernel says they run as. Trusts no remote host: replies are data.
/// - Holds: queued messages as blobs in its own directory, their rows in PostgreSQL, and what is being delivered in memory.
///   Never holds: mailboxes, passwords of users, private keys.
/// - Privileges: one ordinary user, the files of its own directory, its database role `casella_relay` (the queue's two tables),
///   outgoing internet connections.
/// - Limits: 50 outgoing connections, 5 to a destination, 100 connections at its door; sizes and recipients as configured.
/// - Standards: RFC 5321, 2033 (LMTP), 3207 (STARTTLS), 3461 and 3464 (notifications), 7505 (null MX), 1870, 6152, 6531, 2920.
public enum RelayProcess {
    /// Runs until the control plane says stop or goes away.
    public static func main() -> Never {
        do {
            let configuration = try Child.readConfiguration(RelayConfiguration.self)
            // Before the cage closes: reads the system's resolver configuration. Starts no thread.
            let resolver = DNSResolver(forwarder: configuration.dnsServer)
            try Child.confine(configuration.confinement)
            Log.start(process: "relay")
            Child.run { await run(configuration, resolver) }
        } catch {
            Child.fail(error)
        }
    }

    @EventLoopActor
    private static func run(_ configuration: RelayConfiguration, _ resolver: DNSResolver) async -> Int32 {
        do {
            let channel = try await ControlChannel<Instruction, Report>(descriptor: Child.controlDescriptor)
            let relay = try await RelayService(configuration, resolver: resolver)
            channel.send(.ready)
            while let instruction = await channel.next() {
                switch instruction {
                case .stop:
                    await relay.stop()
                    channel.send(.measurements(id: 0, relay.measurements))
                    await channel.close()
                    return 0
                case .domains(let domains): relay.use(domains)
                case .queueCommand(let id, let command): Task { channel.send(await relay.carryOut(command, id: id)) }
                case .areYouAlive: channel.send(.alive)
                case .measure(let id): channel.send(.measurements(id: id, relay.measurements))
                case .endSessions, .endSession, .listSessions, .directoryChanged, .certificates, .authenticated, .recountUsage, .alignUsage,
                    .removeExpired, .copyHeld, .compact, .commitRows, .giveNotice:
                    break  // for other children
                }
            }
            // Without the control plane nobody would restart us or tell us of new domains.
            Log.notice("the control plane is gone; stopping")
            await relay.stop()
            return 0
        } catch {
            Log.error("the relay cannot start", ["error": String(describing: error)])
            return 1
        }
    }
}

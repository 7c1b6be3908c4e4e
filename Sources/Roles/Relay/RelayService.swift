import OutboundQueue
import Postgres
import Resolver
import Runtime
import Supervision

/// The parts of a running relay, and what the control plane can ask of them.
@EventLoopActor
final class RelayService {
    private let queue: OutboundQueue
    private let scheduler: DeliveryScheduler
    private let door: InnerDoor
    private let counters = RelayCounters()
    private var listeners: [Listener] = []
    private var cleaning: Task<Void, Never>?

    /// How long deliveries in hand may take when the relay stops.
    private static let stopPatience = Duration.seconds(10)

    init(_ configuration: RelayConfiguration, resolver: DNSResolver) async throws {
        let access = configuration.database
        let pool = PostgresPool(
            PostgresConfiguration(
                host: access.host, port: access.port, database: access.database, user: access.role, password: access.password,
                applicationName: "casella-relay"),
            maximumConnections: 4)
        queue = OutboundQueue(pool: pool, blobDirectory: configuration.directory + "/blobs")
        scheduler = try DeliveryScheduler(configuration, queue: queue, resolver: resolver, counters: counters)
        door = InnerDoor(configuration, queue: queue, scheduler: scheduler, counters: counters)
        for listener in configuration.listeners where listener.service == .relay {
            listeners.append(try await Listener.serve(descriptor: listener.descriptor) { [door] in await door.serve($0) })
        }
        scheduler.start()
        cleaning = Task { [queue] in
            while !Task.isCancelled {
                do {
                    let removed = try await queue.removeUnusedSegments()
                    if removed > 0 { Log.info("removed unused segments", ["count": String(removed)]) }
                } catch {
                    Log.warning("unused segments could not be removed", ["error": String(describing: error)])
                }
                try? await Task.sleep(for: .seconds(300))
            }
        }
    }

    var measurements: Measurements {
        var figures = counters.figures
        (figures.inHand, figures.connections) = (Int64(scheduler.inHand), Int64(scheduler.connections))
        return .relay(figures)
    }

    func use(_ domains: [HostedDomain]) { scheduler.use(domains) }

    func carryOut(_ command: QueueCommand, id: Int64) async -> Report {
        do {
            let affected =
                switch command.verb {
                case .retry: try await queue.retry(command.messages, at: Clock.now)
                case .hold: try await queue.setHeld(true, command.messages)
                case .release: try await queue.setHeld(false, command.messages)
                case .delete: try await queue.delete(command.messages)
                }
            switch command.verb {
            case .hold, .delete: scheduler.withdraw(command.messages)
            case .retry, .release: break
            }
            scheduler.wake()
            return .queueCommandDone(id: id, affected: affected, problem: nil)
        } catch {
            Log.error("a queue command failed", ["verb": command.verb.rawValue, "error": String(describing: error)])
            return .queueCommandDone(id: id, affected: 0, problem: "the queue's database did not carry it out")
        }
    }

    /// Takes no new work and finishes what is in hand, as far as time allows. What remains is due again at the next start.
    func stop() async {
        cleaning?.cancel()
        for listener in listeners { await listener.stop() }
        let deadline = ContinuousClock.now + Self.stopPatience
        door.stop()
        scheduler.stop()
        while door.isBusy || scheduler.isBusy, ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(50)) }
    }
}

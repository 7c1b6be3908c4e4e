import AdminAPI
import Supervision

/// The whole platform as it was found at one moment.
struct Gathered: Sendable {
    /// Of the control plane.
    struct Control: Sendable {
        var figures = ControlCounters.Figures()
        var memory: Int64?
        /// Hashes of passwords that are being computed, those that wait, and those that may.
        var hashesRunning = 0, hashesWaiting = 0, hashLimit = 0
        /// The database's connections: open ones, work that waits for one now, and that had to since the start.
        var connectionsOpen = 0, connectionsWaitedFor = 0
        var connectionWaits: Int64 = 0
    }

    struct Queue: Sendable {
        var messages: Int64, held: Int64
        /// Seconds that the oldest message waits which is not held; 0 when there is none.
        var oldest: Int64
        /// What tenants store.
        var storedOctets: Int64, storedMessages: Int64
    }

    struct Disk: Sendable {
        /// Octets of the data directory's file system: what is there for others than root, and all.
        var free: Int64, size: Int64
    }

    var gateway: MeasuredProcess
    var relay: MeasuredProcess
    /// nil with an outside server.
    var database: MeasuredProcess?
    /// Tenants' workers: those that run or fail, and those that counted something. By name.
    var workers: [MeasuredProcess]
    /// What the workers of tenants counted that are gone.
    var departed = WorkerFigures()
    var tenants: Int
    var control = Control()
    /// nil while the database does not answer.
    var queue: Queue?
    var disk: Disk?

    /// Every process that is there, or should be.
    var processes: [MeasuredProcess] {
        [gateway, relay] + [database].compactMap(\.self) + workers.filter { $0.worker.state == .running || $0.worker.state == .waiting }
    }

    var gatewayFigures: GatewayFigures {
        if case .gateway(let figures)? = gateway.figures { figures } else { GatewayFigures() }
    }
    var relayFigures: RelayFigures {
        if case .relay(let figures)? = relay.figures { figures } else { RelayFigures() }
    }
    /// Of all tenants together, those that are gone too: a sum never falls.
    var workerFigures: WorkerFigures {
        workers.reduce(into: departed) { sum, worker in sum.add(worker.workerFigures) }
    }
}

extension MeasuredProcess {
    var workerFigures: WorkerFigures { if case .worker(let figures)? = figures { figures } else { WorkerFigures() } }
    var tenant: TenantName? { if case .tenant(let name) = worker.name { name } else { nil } }
}

import AdminAPI
import Supervision

/// The whole platform as it was found at one moment.
package struct Gathered: Sendable {
    /// Of the control plane.
    package struct Control: Sendable {
        package var figures: ControlCounters.Figures
        package var memory: Int64?
        /// Hashes of passwords that are being computed, those that wait, and those that may.
        package var hashesRunning: Int, hashesWaiting: Int, hashLimit: Int
        /// The database's connections: open ones, work that waits for one now, and that had to since the start.
        var connectionsOpen: Int, connectionsWaitedFor: Int
        var connectionWaits: Int64

        package init(
            figures: ControlCounters.Figures = .init(), memory: Int64? = nil, hashesRunning: Int = 0, hashesWaiting: Int = 0,
            hashLimit: Int = 0, connectionsOpen: Int = 0, connectionsWaitedFor: Int = 0, connectionWaits: Int64 = 0
        ) {
            (self.figures, self.memory) = (figures, memory)
            (self.hashesRunning, self.hashesWaiting, self.hashLimit) = (hashesRunning, hashesWaiting, hashLimit)
            (self.connectionsOpen, self.connectionsWaitedFor) = (connectionsOpen, connectionsWaitedFor)
            self.connectionWaits = connectionWaits
        }
    }

    package struct Queue: Sendable {
        package var messages: Int64, held: Int64
        /// Seconds that the oldest message waits which is not held; 0 when there is none.
        package var oldest: Int64
        /// What tenants store.
        package var storedOctets: Int64, storedMessages: Int64

        package init(messages: Int64, held: Int64, oldest: Int64, storedOctets: Int64, storedMessages: Int64) {
            (self.messages, self.held, self.oldest) = (messages, held, oldest)
            (self.storedOctets, self.storedMessages) = (storedOctets, storedMessages)
        }
    }

    package struct Disk: Sendable {
        /// Octets of the data directory's file system: what is there for others than root, and all.
        package var free: Int64, size: Int64
        /// How many files more it holds, and how many it may hold at all; both are 0 where there is no such limit.
        package var freeFiles: Int64, files: Int64
        package var isReadOnly: Bool

        package init(free: Int64, size: Int64, freeFiles: Int64 = 0, files: Int64 = 0, isReadOnly: Bool = false) {
            (self.free, self.size, self.freeFiles, self.files) = (free, size, freeFiles, files)
            self.isReadOnly = isReadOnly
        }
    }

    package struct Certificate: Sendable {
        /// Its first host name, or `(standard)`.
        package var name: String
        /// Until it expires; nil when there is nothing that could be shown.
        package var secondsLeft: Int64?
        /// What its files hold now is shown.
        package var isCurrent: Bool

        /// As many are told; the others end later.
        static let limit = 500

        package init(name: String, secondsLeft: Int64?, isCurrent: Bool) {
            (self.name, self.secondsLeft, self.isCurrent) = (name, secondsLeft, isCurrent)
        }
    }

    package var gateway: MeasuredProcess
    package var relay: MeasuredProcess
    /// nil with an outside server.
    package var database: MeasuredProcess?
    /// Tenants' workers: those that run or fail, and those that counted something. By name.
    package var workers: [MeasuredProcess]
    /// What the workers of tenants counted that are gone.
    package var departed: WorkerFigures
    /// How often tenants' workers ended badly, also those that are gone.
    package var badEnds: Int64
    package var tenants: Int
    package var control: Control
    /// nil while the database does not answer.
    package var queue: Queue?
    package var disk: Disk?
    package var certificates: [Certificate]
    /// How far the machine's clock was set back since the platform started, in seconds.
    package var clockSetBack: Int64

    package init(
        gateway: MeasuredProcess, relay: MeasuredProcess, database: MeasuredProcess?, workers: [MeasuredProcess],
        departed: WorkerFigures = WorkerFigures(), badEnds: Int64 = 0, tenants: Int, control: Control = Control(), queue: Queue? = nil,
        disk: Disk? = nil, certificates: [Certificate] = [], clockSetBack: Int64 = 0
    ) {
        (self.gateway, self.relay, self.database, self.workers) = (gateway, relay, database, workers)
        (self.departed, self.badEnds, self.tenants) = (departed, badEnds, tenants)
        (self.control, self.queue, self.disk) = (control, queue, disk)
        (self.certificates, self.clockSetBack) = (certificates, clockSetBack)
    }

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

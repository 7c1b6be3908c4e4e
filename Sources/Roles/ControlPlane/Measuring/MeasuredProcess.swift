import AdminAPI
import Glibc
import Supervision

/// A process as it was found when it was asked.
package struct MeasuredProcess: Sendable {
    package var worker: Worker
    /// Configured and listening, as far as that is known.
    package var isReady: Bool
    /// It was asked, and said nothing in time.
    package var isSilent: Bool
    /// Since the platform started; nil when nothing was counted.
    package var figures: Measurements?
    /// Octets of memory; nil when the kernel does not tell.
    package var memory: Int64?

    package init(worker: Worker, isReady: Bool = true, isSilent: Bool = false, figures: Measurements? = nil, memory: Int64? = nil) {
        (self.worker, self.isReady, self.isSilent, self.figures, self.memory) = (worker, isReady, isSilent, figures, memory)
    }

    /// What is not well about it, and what becomes of it; nil when all is.
    var problem: String? {
        switch worker.state {
        case .waiting: "It ended badly (\(worker.lastExit ?? "nobody knows how")), and is started again after a while."
        case .running where isSilent && worker.name == .database: "It does not answer: mail waits at its senders. The log says why."
        case .running where isSilent: "It does not answer. If it goes on like that, it is killed and started again."
        case .running where !isReady && !isTenant: "It is starting."
        case .stopped where !isTenant: "It is stopped."
        case .running, .idle, .stopped: nil
        }
    }

    var isWell: Bool { worker.state == .running && problem == nil }

    private var isTenant: Bool { if case .tenant = worker.name { true } else { false } }

    /// What of a process's memory is in RAM (proc(5), `statm`); the same for this process as `self`.
    static func residentMemory(of process: String) -> Int64? {
        guard let bytes = try? FileSystem.read("/proc/\(process)/statm") else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count > 1, let pages = Int64(words[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}

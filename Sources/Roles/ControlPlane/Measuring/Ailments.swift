import AdminAPI
import Quantities

/// What the figures show to be ailing, in sentences that say what to do.
package enum Ailments {
    /// How long mail may wait before that is told: the first notice to its sender is due then, too.
    static let oldMail: Int64 = 4 * 3_600
    /// Percent of the file system that should be free.
    static let leastFree: Int64 = 5
    /// Percent of the places for waiting logins that may be taken.
    static let fullHashing = 80

    package static func sentences(_ gathered: Gathered) -> [String] {
        absent(gathered.processes) + silent(gathered.processes) + queue(gathered.queue) + disk(gathered.disk) + hashing(gathered.control)
            + clock(gathered.clockSetBack)
    }

    /// Of processes that end badly. However many they are, it is one sentence.
    package static func failing(_ names: [String]) -> [String] {
        guard let first = names.first else { return [] }
        let isOne = names.count == 1
        let which = isOne ? "\(first) ends" : "\(names.count) processes end"
        let others = isOne ? "" : ": \(PlatformStatus.few(names))"
        return ["\(which) again and again\(others); `worker list` says why."]
    }

    /// Of the platform's own processes, which all companies need.
    private static func absent(_ processes: [MeasuredProcess]) -> [String] {
        processes.filter { $0.tenant == nil && $0.worker.name != .database }.compactMap { process in
            let name = process.worker.name.text
            switch process.worker.state {
            case .running where !process.isReady:
                return "The \(name) is starting; if that lasts longer than half a minute, `worker list` and the log say why."
            case .stopped: return "The \(name) does not run: `worker restart \(name)` starts it."
            case .running, .waiting, .idle: return nil
            }
        }
    }

    /// Seconds that a clock may be set back without being told: what the network's time corrects.
    static let smallCorrection: Int64 = 60

    private static func clock(_ setBack: Int64) -> [String] {
        guard setBack >= smallCorrection else { return [] }
        return [
            "The machine's clock was set back by \(CertificateValidity.span(setBack)) since the start: dates of mail and one-time "
                + "passwords go by it. Look at it (`timedatectl`); if it is right now, ./ops/down and ./ops/up end this warning."
        ]
    }

    private static func silent(_ processes: [MeasuredProcess]) -> [String] {
        let names = processes.filter { $0.isSilent && $0.worker.name != .database }.map(\.worker.name.text)
        guard let first = names.first else { return [] }
        if names.count == 1 {
            return [
                "\(first) does not answer: it hangs, or the machine is overloaded. `worker restart \(first)` helps at once; "
                    + "otherwise it is killed and started again."
            ]
        }
        return [
            "\(names.count) processes do not answer: \(PlatformStatus.few(names)). They hang, or the machine is overloaded. "
                + "`worker restart NAME` helps at once; otherwise they are killed and started again."
        ]
    }

    private static func queue(_ queue: Gathered.Queue?) -> [String] {
        guard let queue else { return [] }
        let old =
            "The queue grows old: its oldest message waits for \(queue.oldest / 3_600) h. `queue list` shows what other hosts replied; "
            + "`queue retry` tries again now."
        let held =
            "\(queue.held == 1 ? "1 message is" : "\(queue.held) messages are") held in the queue, and not tried. `queue list` shows them; "
            + "`queue release` lets them go."
        return (queue.oldest >= oldMail ? [old] : []) + (queue.held > 0 ? [held] : [])
    }

    private static func disk(_ disk: Gathered.Disk?) -> [String] {
        guard let disk else { return [] }
        if disk.isReadOnly {
            return [
                "The disk is read-only where the data directory is, mostly since it is failing: mail waits at its senders. The kernel's "
                    + "log (`dmesg`) says why; mount it for writing, then ./ops/down and ./ops/up."
            ]
        }
        if disk.files > 0, disk.freeFiles / leastFree < disk.files / 100 {
            return [
                "The disk holds nearly as many files as it can: \(disk.freeFiles) of \(disk.files) are left where the data directory is. "
                    + "Delete files that are not Casella's, or mail waits at its senders once none is left."
            ]
        }
        guard disk.size > 0, disk.free / leastFree < disk.size / 100 else { return [] }
        return [
            "The disk is nearly full: \(ByteCount(disk.free)) of \(ByteCount(disk.size)) are free where the data directory is. Make room, "
                + "or mail waits at its senders once nothing is left."
        ]
    }

    private static func hashing(_ control: Gathered.Control) -> [String] {
        guard control.hashLimit > 0, control.hashesWaiting * 100 >= control.hashLimit * fullHashing else { return [] }
        return [
            "\(control.hashesWaiting) logins wait for their password to be checked. `login list` shows who guesses; more cores, or a "
                + "higher `loginThreads`, let more in."
        ]
    }
}

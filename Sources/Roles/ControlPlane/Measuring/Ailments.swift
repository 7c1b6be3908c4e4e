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
        silent(gathered.processes) + queue(gathered.queue) + disk(gathered.disk) + hashing(gathered.control)
    }

    /// Of processes that end badly. However many they are, it is one sentence.
    package static func failing(_ names: [String]) -> [String] {
        guard let first = names.first else { return [] }
        let isOne = names.count == 1
        let which = isOne ? "\(first) ends" : "\(names.count) processes end"
        let others = isOne ? "" : ": \(PlatformStatus.few(names))"
        return ["\(which) again and again\(others); `worker list` says why."]
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
        guard let queue, queue.oldest >= oldMail else { return [] }
        return [
            "The queue grows old: its oldest message waits for \(queue.oldest / 3_600) h. `queue list` shows what other hosts replied; "
                + "`queue retry` tries again now."
        ]
    }

    private static func disk(_ disk: Gathered.Disk?) -> [String] {
        guard let disk, disk.size > 0, disk.free / leastFree < disk.size / 100 else { return [] }
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

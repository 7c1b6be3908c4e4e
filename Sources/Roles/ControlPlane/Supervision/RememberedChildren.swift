import Glibc
import Runtime

/// The processes that this control plane started, remembered in a file each, so that the next one can end what is left when this one
/// was killed. They end by themselves once their channel does; but one that hangs or was stopped cannot, and it would keep its
/// tenant's mail from its successor.
@EventLoopActor
struct RememberedChildren {
    /// The process's number is the file's name, and when it started, its content: together they name one process for ever.
    let directory: String

    /// How long what is left may take to end by itself: sessions are ended, and deliveries in hand finished.
    private static let grace = Duration.seconds(10)

    func remember(_ process: Int32) {
        guard let start = Self.start(of: process) else { return }
        let descriptor = open(file(process), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = Array(start.utf8)
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    func forget(_ process: Int32) { unlink(file(process)) }

    /// Kills the processes of an earlier run that do not end by themselves. They are remembered until then, in case this control plane
    /// is killed too.
    func endEarlierOnes(_ journal: Journal) {
        var left: [(process: Int32, start: String)] = []
        for name in FileSystem.names(in: directory) {
            guard let process = Int32(name), process > 0 else { continue }
            if let start = remembered(process) { left.append((process, start)) }
        }
        guard !left.isEmpty else { return }
        Task {
            try? await Task.sleep(for: Self.grace)
            for (process, start) in left {
                if Self.start(of: process) == start {
                    journal.warning("a process of an earlier run did not end and is killed", ["process": String(process)])
                    kill(process, SIGKILL)
                }
                // By now the number may be that of a child of ours.
                if remembered(process) == start { forget(process) }
            }
        }
    }

    private func remembered(_ process: Int32) -> String? {
        (try? FileSystem.read(file(process))).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
    }

    private func file(_ process: Int32) -> String { "\(directory)/\(process)" }

    /// In ticks since the machine was started (proc(5), `starttime`); nil when there is no such process.
    private static func start(of process: Int32) -> String? {
        guard let content = (try? FileSystem.read("/proc/\(process)/stat")).flatMap({ $0 }) else { return nil }
        // The program's name stands in brackets and may hold blanks, so counting begins behind the last one: with field 3.
        let fields = String(decoding: content, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 19 && fields[0] != "Z" ? String(fields[19]) : nil
    }
}

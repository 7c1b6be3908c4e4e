import CProcess
import FoundationEssentials
import Glibc
import Supervision

/// The life of a process that the control plane started: configuration first, then the cage, then the event loop.
public enum Child {
    /// The child's end of the control channel.
    public static let controlDescriptor: Int32 = 3

    public enum Failure: Error, CustomStringConvertible {
        case notAChild
        case configurationNotUnderstood(String)
        case cage(step: String, code: Int32)

        public var description: String {
            switch self {
            case .notAChild:
                "there is no control channel on descriptor 3: this program is started by casella-control, not by hand"
            case .configurationNotUnderstood(let reason): "the configuration from the control plane was not understood: \(reason)"
            case .cage(let step, let code):
                "the process could not confine itself (\(step): \(String(cString: strerror(code)))) and refuses to run"
            }
        }
    }

    /// Waits for the configuration: the first line on the control channel. Call it before anything starts a thread.
    public static func readConfiguration<Configuration: Decodable>(_ type: Configuration.Type) throws(Failure) -> Configuration {
        signal(SIGPIPE, SIG_IGN)
        casella_return_large_blocks()
        var line: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            // Looked at before it is taken, so that nothing behind the line leaves the channel.
            let seen = recv(controlDescriptor, &piece, piece.count, Int32(truncatingIfNeeded: MSG_PEEK))
            if seen < 0, errno == EINTR { continue }
            guard seen > 0 else { throw .notAChild }
            let end = piece[..<seen].firstIndex(of: 10)
            let taken = recv(controlDescriptor, &piece, end.map { $0 + 1 } ?? seen, 0)
            guard taken > 0 else { throw .notAChild }
            line += piece[..<(end ?? taken)]
            if end != nil { break }
        }
        do {
            return try JSONDecoder().decode(type, from: Data(line))
        } catch {
            throw .configurationNotUnderstood(String(describing: error))
        }
    }

    /// How many descriptors this process may have open.
    public static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Runs `body` on the event loop and exits with its status. Call it last, from the main thread.
    public static func run(_ body: @escaping @EventLoopActor () async -> Int32) -> Never {
        EventLoopActor.task { exit(await body()) }
        while true { pause() }
    }

    /// Says why the process can't run, and ends it.
    public static func fail(_ problem: any Error) -> Never {
        Log.error(String(describing: problem))
        exit(78)  // EX_CONFIG
    }
}

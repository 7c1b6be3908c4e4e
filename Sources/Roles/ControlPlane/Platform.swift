import CProcess
import Glibc
import Runtime

/// The control plane.
///
/// - Job: owns the schema and the embedded PostgreSQL, provisions tenants, decides logins, and starts, watches and restarts
///   every other process. It serves the admin interface.
/// - Trusts: root, the owner of the data directory and the configured users, as the kernel names them on the admin socket;
///   administrators on other machines as far as their role and their part of the platform go, once a password, a one-time password and
///   then a token prove who they are; people there as far as their own account goes, which each request proves, or a session at the
///   account pages. Of its children it believes reports about themselves, and a login only when the password proves it; the gateway, which
///   sees the passwords, also that somebody whom it had let in a minute before came again (`LoginHistory`).
/// - Holds: the secrets of the database's roles, password hashes, the keys of certificates, the audit log's key, every listening socket.
/// - Never holds: the bytes of a message.
/// - Privileges: those that it was started with; as root it gives each child a numeric user of its own. It speaks to nobody
///   but its children, the database and callers on its Unix sockets: what administrators on other machines say, and people's browsers,
///   comes through the gateway, as the bytes of HTTP. Where the configuration says so, it tells metrics over TCP to whoever asks
///   (`MetricsServer`). For `domain check` and proofs of domains it asks name servers, and a web server that has this host's port 443 for
///   policies and settings (`OwnHostFetch`).
/// - Life: on SIGTERM and SIGINT everything stops in order, gateway first and database last. Should it be killed, the
///   children notice on their channels and end, and the next control plane takes the data directory over.
/// - Limits: `AdminServer.bodyLimit`, `.localBodyLimit` and `.remoteLimit`, `AdministratorSessions.lifetime`, those of `AccountServer`,
///   `PasswordHashing`'s queue, `LoginThrottle`, `BackOff`, `Journal.maximumSize`.
@EventLoopActor
public final class Platform {
    private let options: Options
    private var parts: [Part] = []

    /// Something that runs and must be stopped. Parts are stopped in the order of their ranks.
    struct Part {
        enum Rank: Int { case admin, gateway, workers, relay, sockets, database, lock }
        var rank: Rank
        var stop: @EventLoopActor () async -> Void
    }

    /// The whole life of the process `casella-control`.
    public nonisolated static func main() -> Never {
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        raiseDescriptorLimit()
        casella_return_large_blocks()
        Log.start(process: "control")
        do {
            let options = try Options(parsing: Array(CommandLine.arguments.dropFirst()))
            if options.asksForHelp {
                say(Options.usage, to: 1)
                exit(0)
            }
            Child.run { await Platform(options).run() }
        } catch {
            say("casella-control: \(error)", to: 2)
            exit(64)  // EX_USAGE
        }
    }

    private init(_ options: Options) { self.options = options }

    private func run() async -> Int32 {
        let signals = StopSignals()
        let starting = Task { try await Startup(options).start { self.parts.append($0) } }
        let interrupting = Task {
            await signals.wait()
            starting.cancel()
        }
        var status: Int32 = 0
        do {
            Self.say(try await starting.value, to: 1)
            await interrupting.value
        } catch {
            // Asked to stop before everything ran: that is no failure.
            if !signals.hasCome {
                Self.say("casella-control: \(error)", to: 2)
                status = error is StartupError ? 78 : 70  // EX_CONFIG, EX_SOFTWARE
            }
        }
        for part in parts.sorted(by: { $0.rank.rawValue < $1.rank.rawValue }) { await part.stop() }
        return status
    }

    /// Two doors a tenant, and as many watches; the children inherit the limit, and the gateway needs two for each client.
    private nonisolated static func raiseDescriptorLimit() {
        let wanted: rlim_t = 262_144
        // Root may go beyond the limit that it was started with.
        var limit = rlimit(rlim_cur: wanted, rlim_max: wanted)
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { return }
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, wanted)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private nonisolated static func say(_ text: String, to descriptor: Int32) {
        var line = text + "\n"
        line.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }
}

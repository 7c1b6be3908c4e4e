import InnerDoor
import NIOCore
import NIOSSL
import Runtime
import Supervision
import TLS

/// The gateway: the only process that the internet talks to.
///
/// - Job: public sockets, TLS, SMTP from the internet, and the part of IMAP, POP3 and submission before login; afterwards
///   it relays bytes between the client and its tenant's worker, or hands a client without TLS to it for good. Between administrators
///   and the control plane it relays them from the start. Over HTTPS it tells mail programs their settings, and other hosts the
///   domains' policies on TLS; who asks for the account pages there is relayed to the control plane, which alone logs people in to them.
/// - Trusts: the control plane (which domains are hosted, which logins are right). Not its clients. Workers and relay are
///   reached through sockets that only this process and the relay may open.
/// - Holds: TLS keys, messages in transfer (in memory, until every worker has answered), proofs of recent logins (keyed hashes).
/// - Never holds: mailboxes, password hashes, database connections, files.
/// - Privileges: its own numeric user when the platform runs as root; Landlock without any path but its sockets' folders,
///   seccomp without exec. Listening sockets are inherited.
/// - Limits: `MailLimits`, `GatewayLimits`. Hitting one gives the protocol's own temporary or permanent error.
/// - Standards: RFC 5321, 3207, 1870, 6152, 6531, 3030, 2034, 3461 (SMTP), 6409, 8314 (submission), 9051 §6.2, 2595, 5034, 8461 §3.2
///   (MTA-STS), 9110, 9112 (HTTP).
@EventLoopActor
public final class GatewayProcess {
    let configuration: GatewayConfiguration
    private let identity: ServerIdentity
    /// What the next handshake goes by.
    var tls: NIOSSLContext { identity.context }
    let control: ControlChannel<Instruction, Report>
    let sessions: RelayedSessions
    let domains = HostedDomains()
    let logins: Logins
    let admission: Admission
    let administrators = Admission(connectionsPerAddress: AdminDoor.perAddress, connections: AdminDoor.limit)
    let workers: KeptDoors
    /// Whether workers' cages hold a socket of the internet that they are handed.
    let holdsSockets: Bool
    private let documents: WebDocuments
    /// nil: there are no account pages.
    private let accounts: AccountRelay?
    let counters = GatewayCounters()
    private var listeners: [Listener] = []

    private init(
        _ configuration: GatewayConfiguration, control: ControlChannel<Instruction, Report>, holdsSockets: Bool
    ) throws {
        self.configuration = configuration
        self.holdsSockets = holdsSockets
        identity = try ServerIdentity(configuration.certificates)
        self.control = control
        logins = try Logins(domains) { control.send($0) }
        accounts = configuration.accountSocket.map { AccountRelay(socket: $0) }
        documents = WebDocuments(
            host: configuration.hostname, ports: configuration.ports, domains: domains, hasAccountPages: accounts != nil)
        workers = KeptDoors(speaking: .lmtp, as: configuration.hostname)
        admission = Admission(connectionsPerAddress: configuration.connectionsPerAddress, descriptors: Child.descriptorLimit)
        sessions = RelayedSessions(perUser: configuration.sessionsPerUser, perTenant: configuration.sessionsPerTenant)
    }

    /// Where a tenant's worker takes mail in.
    func lmtpDoor(of tenant: Int64) -> String { "\(configuration.tenantSocketDirectory)/\(tenant)/lmtp" }

    /// The whole life of the process `casella-gateway`.
    public nonisolated static func main() -> Never {
        Log.start(process: "gateway")
        do {
            let configuration = try Child.readConfiguration(GatewayConfiguration.self)
            let holdsSockets = Child.cageHoldsSockets  // afterwards the kernel does not tell
            try Child.confine(configuration.confinement)
            Child.run { await serve(configuration, holdsSockets: holdsSockets) }
        } catch {
            Child.fail(error)
        }
    }

    private static func serve(_ configuration: GatewayConfiguration, holdsSockets: Bool) async -> Int32 {
        do {
            let control = try await ControlChannel<Instruction, Report>(descriptor: Child.controlDescriptor)
            let gateway = try GatewayProcess(configuration, control: control, holdsSockets: holdsSockets)
            try await gateway.openDoors()
            control.send(.ready)
            EventLoopActor.task { await gateway.returnMemory() }
            return await gateway.obey()
        } catch {
            Log.error("the gateway can't start", ["error": "\(error)"])
            return 70  // EX_SOFTWARE
        }
    }

    private func openDoors() async throws(ConnectionError) {
        for inherited in configuration.listeners {
            let service = inherited.service
            let listener = try await Listener.serve(
                descriptor: inherited.descriptor,
                security: service.isImplicitTLS ? implicitTLS { [identity] in EventLoopActor.assumeIsolated { identity.context } } : nil
            ) { [unowned self] in await admit($0, to: service) }
            listeners.append(listener)
        }
    }

    private func admit(_ connection: Connection, to service: InheritedListener.Service) async {
        // Counted before its handshake, which a client may drag out.
        guard let place = admission.enter(connection.peer) else {
            counters.sentAway(from: service)
            if service.isImplicitTLS { return }  // not worth a handshake
            connection.write(
                service.refusal(
                    admission.isFull
                        ? "Too many connections; please try again later" : "Too many connections from your address; close one first"))
            try? await connection.flush()
            return
        }
        counters.opened(service)
        connection.traffic = counters.traffic
        connection.session = String(UInt64.random(in: .min ... .max), radix: 16)
        defer {
            admission.leave(place)
            counters.closed(service)
        }
        if service.isImplicitTLS {
            do { try await connection.finishHandshake() } catch { return counters.handshakeEnded(error) }
        }
        switch service {
        case .smtp: await TransportDoor(gateway: self, connection: connection).run()
        case .submission, .submissions: await SubmissionDoor(gateway: self, connection: connection).run()
        case .imap, .imaps: await IMAPDoor(gateway: self, connection: connection).run()
        case .pop3, .pop3s: await POP3Door(gateway: self, connection: connection).run()
        case .admin: await AdminDoor(gateway: self, connection: connection).run()
        case .https: await WebDoor(documents: documents, accounts: accounts, connection: connection).run()
        case .lmtp, .session, .relay: Log.error("an inner door was handed to the gateway", ["service": service.rawValue])
        }
    }

    /// Follows the control plane until it says stop, or is gone.
    private func obey() async -> Int32 {
        while let instruction = await control.next() {
            switch instruction {
            case .stop:
                await stop()
                logins.tellRepeated()
                control.send(.measurements(id: 0, measurements))
                await control.close()
                return 0
            case .domains(let table): domains.replace(with: table)
            case .certificates(let certificates):
                do { try identity.replace(with: certificates) } catch {
                    Log.error("certificates cannot be used; those before stay", ["error": "\(error)"])
                }
            case .endSessions(let tenant, let user, let services, _):
                logins.forget(tenant: tenant, user: user)
                sessions.end(tenant: tenant, user: user, services)
            case .endSession(let tenant, let user, let number): await sessions.end(number, tenant: tenant, user: user)
            case .listSessions(let id, let tenant, let user):
                control.send(.sessions(id: id, sessions.list(tenant: tenant, user: user)))
            case .authenticated(let id, let outcome): logins.answered(id, outcome)
            case .areYouAlive: control.send(.alive)
            case .measure(let id): control.send(.measurements(id: id, measurements))
            case .directoryChanged, .queueCommand, .recountUsage, .alignUsage, .removeExpired, .copyHeld, .compact, .commitRows,
                .giveNotice:
                break  // for other kinds of process
            }
        }
        Log.warning("the control plane is gone; the gateway stops")
        await stop()
        return 0
    }

    private func returnMemory() async {
        let heap = HeapTrimming()
        while true {
            await EventLoopActor.sleep(for: .seconds(5))
            heap.trimIfWorthwhile()
        }
    }

    /// Takes no new connections; transfers in hand get a few seconds to be answered.
    private func stop() async {
        for listener in listeners { await listener.stop() }
        admission.close()
        await admission.waitUntilNoTransfer(atMost: .seconds(5))
    }

    /// Until when a client that has just connected has to have logged in.
    var loginDeadline: ContinuousClock.Instant { .now + .seconds(configuration.loginTime) }

    /// The next bytes of a client that has not logged in yet: however busy it is, its time ends.
    func read(from connection: Connection, until deadline: ContinuousClock.Instant) async throws(ConnectionError) -> ByteBuffer? {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw .timedOut }
        return try await connection.read(timeout: left)
    }

    /// True when a client may send its password over this connection.
    func allowsLogin(on connection: Connection) -> Bool {
        connection.isEncrypted || (configuration.allowsPlaintextLoginFromLoopback && connection.peer.isLoopback)
    }
}

extension InheritedListener.Service {
    fileprivate var isImplicitTLS: Bool {
        switch self {
        case .submissions, .imaps, .pop3s, .admin, .https: true
        case .smtp, .submission, .imap, .pop3, .lmtp, .session, .relay: false
        }
    }

    /// How a client is told, in its protocol's words, that it is not served now.
    fileprivate func refusal(_ reason: String) -> String {
        switch self {
        case .smtp, .submission, .submissions, .lmtp, .relay: "421 4.7.0 \(reason)\r\n"
        case .imap, .imaps: "* BYE [UNAVAILABLE] \(reason)\r\n"
        case .pop3, .pop3s: "-ERR [SYS/TEMP] \(reason)\r\n"
        case .session, .admin, .https: ""
        }
    }
}

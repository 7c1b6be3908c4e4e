import AdminAPI
import Glibc
import Runtime
import Supervision

/// Starts our own programs with their configuration.
@EventLoopActor
final class ChildLauncher {
    private let programs: String
    private let configuration: Configuration
    private let directory: DataDirectory
    private let secrets: Secrets
    private let certificates: CertificateStore
    private let database: DatabaseEndpoint
    private let journal: Journal
    private let children: RememberedChildren

    /// How children reach the database.
    struct DatabaseEndpoint {
        var host: String
        var port: Int
        var database: String

        func access(role: String, password: String) -> DatabaseAccess {
            DatabaseAccess(host: host, port: port, database: database, role: role, password: password)
        }
    }

    init(
        programs: String, configuration: Configuration, directory: DataDirectory, secrets: Secrets,
        certificates: CertificateStore, database: DatabaseEndpoint, journal: Journal
    ) {
        (self.programs, self.configuration, self.directory, self.secrets) = (programs, configuration, directory, secrets)
        (self.certificates, self.database, self.journal) = (certificates, database, journal)
        children = RememberedChildren(directory: directory.children)
    }

    func startGateway(_ listeners: [PublicListeners.Door]) async throws -> RunningChild {
        let inherited = listeners.enumerated().map { InheritedListener(service: $1.service, descriptor: Int32(4 + $0)) }
        let gateway = GatewayConfiguration(
            hostname: configuration.hostname, postmaster: configuration.postmasterAddress,
            listeners: inherited, ports: Dictionary(uniqueKeysWithValues: listeners.map { ($0.service.rawValue, $0.port) }),
            confinement: directory.gatewayCage,
            certificates: certificates.shown, tenantSocketDirectory: directory.tenantSockets,
            relaySocket: directory.relaySocket, remoteAdminSocket: directory.remoteAdminSocket,
            accountSocket: configuration.hasAccountPages ? directory.accountSocket : nil, limits: configuration.limits,
            allowsPlaintextLoginFromLoopback: configuration.plaintextLoginFromLoopback, loginTime: configuration.loginTime,
            connectionsPerAddress: configuration.connectionsPerAddress, sessionsPerUser: configuration.sessionsPerUser,
            sessionsPerTenant: configuration.sessionsPerTenant)
        return remembered(try await RunningChild.start(
            program("casella-gateway"), name: "gateway", configuration: gateway, listeners: listeners.map(\.descriptor), patience: patience,
            journal: journal))
    }

    func startRelay(_ door: Int32) async throws -> RunningChild {
        let relay = RelayConfiguration(
            hostname: configuration.hostname, listeners: [InheritedListener(service: .relay, descriptor: 4)],
            confinement: directory.relayCage,
            database: database.access(role: DatabaseRoles.relay, password: secrets.relay), directory: directory.relay,
            tenantSocketDirectory: directory.tenantSockets, trustedPeers: sendersOfRelay, limits: configuration.limits,
            routes: configuration.routes, retrySchedule: configuration.retrySchedule, lifetime: configuration.lifetime,
            smtpPort: configuration.smtpPort, dnsServer: configuration.dnsServer)
        return remembered(try await RunningChild.start(
            program("casella-relay"), name: "relay", configuration: relay, listeners: [door], patience: patience, journal: journal))
    }

    func startTenant(_ tenant: Int64, name: TenantName, listeners: [InheritedListener], descriptors: [Int32]) async throws -> RunningChild {
        let role = DatabaseRoles.name(of: tenant)
        let worker = TenantConfiguration(
            hostname: configuration.hostname, tenant: tenant, name: name.text, listeners: listeners,
            confinement: directory.tenantCage(tenant),
            database: database.access(role: role, password: try secrets.tenantPassword(role: role)),
            directory: directory.tenantDirectory(tenant), relaySocket: directory.relaySocket,
            trustedPeers: directory.users.map { [0, $0.gateway, $0.relay] } ?? [geteuid()], limits: configuration.limits,
            defersOverQuota: configuration.defersOverQuota, idleSeconds: configuration.idleSeconds,
            quotaWarnings: configuration.quotaWarnings, relayUser: directory.users?.relay,
            sealingKey: try secrets.key(forDKIMOf: tenant))
        return remembered(try await RunningChild.start(
            program("casella-tenant"), name: "tenant \(name)", configuration: worker, listeners: descriptors, patience: patience,
            journal: journal))
    }

    /// Whom the relay takes mail from. Started as root, the senders' group guards its door, and every tenant may come: an
    /// empty list. Otherwise all processes are one user's.
    private var sendersOfRelay: [UInt32] { directory.users == nil ? [geteuid()] : [] }

    /// What a killed control plane left behind makes room.
    func endEarlierChildren() { children.endEarlierOnes(journal) }

    private func remembered(_ child: RunningChild) -> RunningChild {
        children.remember(child.process)
        Task {
            _ = await child.ending()
            children.forget(child.process)
        }
        return child
    }

    private var patience: Duration { .seconds(configuration.hangSeconds) }

    private func program(_ name: String) -> String { "\(programs)/\(name)" }
}

import CProcess
import ProxyProtocol
import Runtime
import Supervision
import Testing

@testable import TenantWorker

@Suite("Sessions that a gateway hands over", .timeLimit(.minutes(1))) @EventLoopActor struct SessionOpeningTests {
    /// A worker, and the two ends of a connection of a gateway to it.
    private func parties() async throws -> (WorkerProcess, user: Int64, gateway: Connection, door: Connection) {
        let domain = try await CompanyDomain.make(), user = try await domain.user("ann")
        var ends: [Int32] = [0, 0], control: [Int32] = [0, 0]
        try #require(casella_socket_pair(&ends) == 0 && casella_socket_pair(&control) == 0)
        let configuration = TenantConfiguration(
            hostname: "mail.example", tenant: 1, name: "company", listeners: [], confinement: Confinement(),
            database: DatabaseAccess(host: "", port: 0, database: "", role: "", password: ""), directory: "/nowhere",
            relaySocket: "/nowhere/relay", trustedPeers: [], limits: MailLimits(), defersOverQuota: false, idleSeconds: 60)
        let worker = WorkerProcess(
            configuration, control: try await ControlChannel(descriptor: control[0]), store: domain.company.store)
        let gateway = try await Connection.adopt(descriptor: ends[0]), door = try await Connection.adopt(descriptor: ends[1])
        return (worker, user, gateway, door)
    }

    private static func header(_ service: String, _ user: Int64, offersSocket: Bool = false) throws -> [UInt8] {
        var handover = SessionHandover(
            service: service, user: user, address: "ann@acme.example", pendingTag: "login", clientAddress: "192.0.2.7",
            isEncrypted: !offersSocket)
        handover.offersSocket = offersSocket
        return try #require(handover.header().encoded())
    }

    @Test("A worker refuses what it does not serve, and says nothing", arguments: ["web", "Web", "pop4", ""], [false, true])
    func otherService(service: String, offersSocket: Bool) async throws {
        let (worker, user, gateway, door) = try await parties()
        gateway.write(try Self.header(service, user, offersSocket: offersSocket) + Array("GET /account HTTP/1.1\r\n\r\n".utf8))
        try await gateway.flush()
        await #expect(throws: (any Error).self) { try await worker.serveSession(over: door) }
        #expect(worker.sessions.isEmpty)
        await door.close()
        #expect(try await gateway.read() == nil)
        await gateway.close()
    }

    @Test("It serves the protocols of mail programs", arguments: ["imap", "pop3", "submission"])
    func served(service: String) async throws {
        let (worker, user, gateway, door) = try await parties()
        gateway.write(try Self.header(service, user))
        try await gateway.flush()
        let serving = EventLoopActor.task {
            do { try await worker.serveSession(over: door) } catch { return false }
            return true
        }
        #expect(try await gateway.read(timeout: .seconds(20)) != nil)
        await gateway.close()
        #expect(await serving.value && worker.sessions.isEmpty)
        await door.close()
    }
}

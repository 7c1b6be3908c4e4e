import CProcess
import Glibc
import HTTP
import ProxyProtocol
import Runtime
import Testing

@testable import Gateway

/// The control plane's socket for account pages, played: each connection is answered once it has said so much.
@EventLoopActor
final class FakeAccountPages {
    nonisolated let path: String
    /// Behind its header, by connection.
    private(set) var said: [String] = []
    /// Whom the headers named.
    private(set) var clients: [String?] = []
    private var listener: Listener?

    static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

    init() async throws {
        path = "/tmp/casella-account-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let descriptor = casella_listen_unix(path, 0o600, getuid(), getgid(), 8)
        try #require(descriptor >= 0)
        listener = try await Listener.serve(descriptor: descriptor) { [weak self] in await self?.serve($0) }
    }

    deinit { unlink(path) }

    func close() async { await listener?.stop() }

    private func serve(_ connection: Connection) async {
        var received: [UInt8] = [], place: Int?
        while let bytes = try? await connection.read() {
            received += bytes.readableBytesView
            if place == nil, case .header(let header, let length) = ProxyHeader.parse(received) {
                received.removeFirst(length)
                place = said.count
                said.append("")
                clients.append(header.clientAddress)
            }
            guard let index = place else { continue }
            let before = said[index].requests
            said[index] = String(decoding: received, as: UTF8.self)
            for _ in before..<said[index].requests { connection.write(Self.answer) }
            try? await connection.flush()
        }
    }
}

extension String {
    /// Ends of heads, which is what the tests' requests are counted by.
    fileprivate var requests: Int { ranges(of: "\r\n\r\n").count }
}

@Suite("The door for HTTPS", .timeLimit(.minutes(1))) @EventLoopActor struct WebDoorTests {
    /// A client at the door.
    @EventLoopActor private struct Client {
        let connection: Connection

        func say(_ text: String) async throws { try await say(Array(text.utf8)) }

        func say(_ octets: [UInt8]) async throws {
            connection.write(octets)
            try await connection.flush()
        }

        /// So many octets at least; less when the door closes before.
        func hear(_ count: Int = .max) async -> String {
            var heard: [UInt8] = []
            while heard.count < count, let bytes = try? await connection.read(timeout: .seconds(20)) { heard += bytes.readableBytesView }
            return String(decoding: heard, as: UTF8.self)
        }

        func leave() async { await connection.close(timeout: .zero) }
    }

    private nonisolated static func peer(_ address: String) -> Peer {
        .internet(address: address, port: 40_000, localAddress: "", localPort: 443)
    }

    private func client(
        of accounts: AccountRelay?, from peer: Peer = Self.peer("192.0.2.7"), patience: Duration = .seconds(15)
    ) async throws -> Client {
        var ends: [Int32] = [0, 0]
        try #require(casella_socket_pair(&ends) == 0)
        let served = try await Connection.adopt(descriptor: ends[0], peer: peer)
        let documents = WebDocuments(
            host: "mail.host.example", ports: [:], domains: HostedDomains(), hasAccountPages: accounts != nil)
        EventLoopActor.task {
            await WebDoor(documents: documents, accounts: accounts, connection: served, patience: patience).run()
            await served.close()
        }
        return Client(connection: try await Connection.adopt(descriptor: ends[1]))
    }

    private nonisolated static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: mail.host.example\r\n\r\n" }

    nonisolated static let paths: [(String, Bool)] = [
        ("/account", true), ("/account/", true), ("/account/style.css", true), ("/account/../x", true),
        ("/", false), ("", false), ("/accounts", false), ("/Account", false), ("//account", false), ("/account%2fx", false),
        ("/%61ccount", false), ("/x/account", false), ("account", false), ("/.well-known/mta-sts.txt", false),
    ]
    @Test("The account pages are what is under /account, written like that", arguments: paths)
    nonisolated func leads(path: String, isPage: Bool) { #expect(AccountRelay.leads(path) == isPage) }

    @Test("A request for a page goes to the control plane behind the client's address, each octet once, however it is cut")
    func passedOn() async throws {
        let pages = try await FakeAccountPages(), accounts = AccountRelay(socket: pages.path)
        let body = "POST /account/x?y HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\nname=ann&"
        let text = body + Self.get("/account/style.css"), octets = Array(text.utf8)
        let answers = FakeAccountPages.answer + FakeAccountPages.answer
        for cut in 0..<octets.count {
            let client = try await client(of: accounts)
            try await client.say(Array(octets[..<cut]))
            await EventLoopActor.sleep(for: .milliseconds(2))
            try await client.say(Array(octets[cut...]))
            let heard = await client.hear(answers.utf8.count)
            #expect(heard == answers, "cut at \(cut)")
            #expect(pages.said.count == cut + 1 && pages.said.last == text && pages.clients.last == "192.0.2.7", "cut at \(cut)")
            await client.leave()
        }
        await pages.close()
    }

    @Test("What follows on that connection is the control plane's, whatever it is; what was another's from the start never comes there")
    func forGood() async throws {
        let pages = try await FakeAccountPages(), accounts = AccountRelay(socket: pages.path)
        let relayed = try await client(of: accounts)
        for path in ["/account", "/", "/.well-known/mta-sts.txt", "no request\r\n\r\n"] {
            try await relayed.say(path.hasPrefix("/") ? Self.get(path) : path)
            let heard = await relayed.hear(FakeAccountPages.answer.utf8.count)
            #expect(heard == FakeAccountPages.answer)
        }
        #expect(pages.said.count == 1)
        await relayed.leave()

        for (path, status) in [("/", "302 Found"), ("/accounts", "404 Not Found"), ("/%61ccount", "404 Not Found")] {
            let other = try await client(of: accounts)
            try await other.say(Self.get(path) + Self.get("/account"))
            let heard = await other.hear()
            #expect(heard.hasPrefix("HTTP/1.1 \(status)\r\n") && heard.requests == 1 && heard.contains("Connection: close"))
            await other.leave()
        }
        #expect(pages.said.count == 1)
        await pages.close()
    }

    nonisolated static let refused: [(String, String)] = [
        ("Host: a\r\nContent-Length: 3\r\nContent-Length: 3", "400"), ("Host: a\r\nTransfer-Encoding: chunked", "400"),
        ("Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked", "400"), ("Host: a\r\nContent-Length : 3", "400"),
        ("Host: a\r\nContent-Length: 3, 3", "400"), ("Host: a\r\nX: y\nContent-Length: 3", "400"), ("X: y", "400"),
        ("Host: a\r\n X: y", "400"), ("Host: a\r\nContent-Length: 65537", "413"),
        ("Host: a\r\nX: " + String(repeating: "x", count: 8_192), "431"),
    ]
    @Test("A first request that two servers might read differently is refused, and not passed on", arguments: refused)
    func smuggled(fields: String, status: String) async throws {
        let pages = try await FakeAccountPages()
        let client = try await client(of: AccountRelay(socket: pages.path))
        try await client.say("POST /account HTTP/1.1\r\n\(fields)\r\n\r\nabc")
        let heard = await client.hear()
        #expect(heard.hasPrefix("HTTP/1.1 \(status) ") && pages.said.isEmpty)
        await client.leave()
        await pages.close()
    }

    @Test("Who does not bring a request to its end is not waited for, and nobody hears of it", arguments: [true, false])
    func slow(isSteady: Bool) async throws {
        let pages = try await FakeAccountPages()
        let client = try await client(of: AccountRelay(socket: pages.path), patience: .milliseconds(200))
        let began = ContinuousClock.now
        if isSteady {
            // Less than an octet each time that is left for the whole.
            for octet in Self.get("/account") + "never" {
                guard client.connection.isOpen, ContinuousClock.now - began < .seconds(10) else { break }
                try? await client.say(String(octet))
                await EventLoopActor.sleep(for: .milliseconds(20))
            }
        } else {
            try await client.say(String(Self.get("/account").dropLast()))
        }
        let heard = await client.hear()
        #expect(heard == "" && ContinuousClock.now - began < .seconds(10) && pages.said.isEmpty)
        await client.leave()
        await pages.close()
    }

    @Test("Who is silent at the pages is gone after a while, and makes room") func silent() async throws {
        let pages = try await FakeAccountPages()
        let accounts = AccountRelay(socket: pages.path, limit: 1, patience: .milliseconds(500))
        for _ in 0..<2 {
            let client = try await client(of: accounts)
            try await client.say(Self.get("/account"))
            let heard = await client.hear()
            #expect(heard == FakeAccountPages.answer)
            await client.leave()
            try await untilFree(accounts)
        }
        await pages.close()
    }

    private func untilFree(_ accounts: AccountRelay) async throws {
        while accounts.isFull {
            try Task.checkCancellation()
            await EventLoopActor.sleep(for: .milliseconds(5))
        }
    }

    @Test("So many connections go there at one time, and fewer from one address") func bounds() async throws {
        let pages = try await FakeAccountPages()
        let accounts = AccountRelay(socket: pages.path, limit: 3, perAddress: 2)
        func outcome(from address: String) async throws -> (Client, String) {
            let client = try await client(of: accounts, from: Self.peer(address))
            try await client.say(Self.get("/account"))
            let heard = await client.hear(FakeAccountPages.answer.utf8.count)
            if heard == FakeAccountPages.answer { return (client, heard) }
            let rest = await client.hear()
            return (client, heard + rest)
        }
        let busy = "HTTP/1.1 503 Service Unavailable\r\n", fine = FakeAccountPages.answer
        let (first, second) = (try await outcome(from: "192.0.2.1"), try await outcome(from: "192.0.2.1"))
        #expect(first.1 == fine && second.1 == fine)
        let third = try await outcome(from: "192.0.2.1")
        #expect(third.1.hasPrefix(busy))
        let other = try await outcome(from: "192.0.2.2")
        #expect(other.1 == fine)
        let full = try await outcome(from: "192.0.2.3")
        #expect(full.1.hasPrefix(busy) && full.1.contains("Too many people"))
        await first.0.leave()
        try await untilFree(accounts)
        let again = try await outcome(from: "192.0.2.3")
        #expect(again.1 == fine && pages.said.count == 4)
        for (client, _) in [second, third, other, full, again] { await client.leave() }
        await pages.close()
    }

    @Test("Without account pages, without the control plane, or without an address there is an answer all the same")
    func nothingThere() async throws {
        let without = try await client(of: nil)
        try await without.say(Self.get("/account"))
        let unknown = await without.hear()
        #expect(unknown.hasPrefix("HTTP/1.1 404 "))
        await without.leave()

        let away = AccountRelay(socket: "/tmp/casella-nowhere-\(getpid())", limit: 1)
        for _ in 0..<2 {
            let client = try await client(of: away)
            try await client.say("HEAD /account HTTP/1.1\r\nHost: a\r\n\r\n")
            let heard = await client.hear()
            #expect(heard.hasPrefix("HTTP/1.1 503 ") && heard.hasSuffix("\r\n\r\n"))
            await client.leave()
        }

        let pages = try await FakeAccountPages()
        let local = PeerCredentials(process: 1, user: 1, group: 1)
        let nobody = try await client(of: AccountRelay(socket: pages.path), from: .local(local))
        try await nobody.say(Self.get("/account"))
        let refusal = await nobody.hear()
        #expect(refusal.hasPrefix("HTTP/1.1 503 ") && pages.said.isEmpty)
        await nobody.leave()
        await pages.close()
    }
}

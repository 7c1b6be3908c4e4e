import MailStore
import ProxyProtocol
import Runtime
import Supervision
import TenantWorker
import Testing

extension CompanyDomain {
    /// An IMAP client of a user; the login is answered.
    @EventLoopActor
    func imap(_ user: Int64, limits: IMAPLimits = IMAPLimits(message: 10_000_000)) async throws -> Dialogue {
        let client = try await Dialogue { connection in
            IMAPConnection(connection: connection, store: company.store, user: user, pendingTag: "login", limits: limits).run
        }
        try await client.says("S: login OK [CAPABILITY IMAP4rev1 …] Logged in")
        return client
    }

    /// A POP3 client of a user; nothing is read yet.
    @EventLoopActor
    func pop3(_ user: Int64) async throws -> Dialogue {
        try await Dialogue { connection in
            POP3Connection(connection: connection, store: company.store, user: user).run
        }
    }

    /// A client at the LMTP door, greeted.
    @EventLoopActor
    func lmtp(relay: FakeRelay? = nil, limits: MailLimits = MailLimits(), relayUser: UInt32? = nil) async throws -> Dialogue {
        let facts = company.facts(relaySocket: relay?.path ?? "/nowhere/relay", limits: limits, relayUser: relayUser)
        let client = try await Dialogue { connection in
            LMTPConnection(connection: connection, store: company.store, facts: facts).run
        }
        try await client.says("""
            S: 220 mail.example LMTP…
            C: LHLO gateway.example
            """)
        while let line = try await client.line(), line.hasPrefix("250-") {}
        return client
    }

    /// A submission client of a user; the login is answered.
    @EventLoopActor
    func submission(_ user: Int64, address: String, relay: FakeRelay? = nil) async throws -> Dialogue {
        let facts = company.facts(relaySocket: relay?.path ?? "/nowhere/relay")
        let handover = SessionHandover(
            service: "submission", user: user, address: address, clientName: "laptop.example", clientAddress: "192.0.2.1",
            isEncrypted: true, tlsVersion: "TLSv1.3")
        let client = try await Dialogue { connection in
            SubmissionSession(connection: connection, store: company.store, facts: facts, handover: handover).run
        }
        try await client.says("S: 235 2.7.0 …")
        return client
    }
}

extension Dialogue {
    /// Appends over IMAP with a non-synchronizing literal, and expects that the server takes it.
    func append(
        _ message: String, to mailbox: String = "INBOX", _ arguments: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let options = arguments.isEmpty ? "" : arguments + " "
        let answer = try await answer("APPEND \(mailbox) \(options){\(message.utf8.count)+}\r\n\(message)")
        #expect(answer.last?.hasPrefix("OK [APPENDUID ") == true, sourceLocation: sourceLocation)
    }

    /// The octets of one section, as FETCH gives them; nil where it says NIL.
    func section(_ name: String, of number: Int) async throws -> String? {
        try await says("C: section FETCH \(number) \(name)")
        let first = try #require(try await line())
        let literal = first.last == "}" ? first.split(separator: "{").last.flatMap { Int($0.dropLast()) } : nil
        guard let count = literal else {
            try await says("S: section OK …")
            return nil
        }
        let octets = try await octets(count)
        try await says("""
            S: …)
            S: section OK FETCH completed
            """)
        return String(decoding: octets, as: UTF8.self)
    }
}

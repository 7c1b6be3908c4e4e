import Runtime
import Testing

@Suite("IMAP: subscriptions to shared mailboxes that cannot be opened, and to names that look like them")
@EventLoopActor struct IMAPSharedSubscriptionTests {
    private func listed(_ client: Dialogue) async throws -> [String] {
        try await client.answer(#"LSUB "" Shared/*"#).dropLast().map { String($0.dropFirst(#"* LSUB () "/" "#.count)) }
    }

    private func subscribe(_ client: Dialogue, _ names: String...) async throws {
        for name in names { #expect(try await client.answer("SUBSCRIBE \(name)") == ["OK SUBSCRIBE completed"]) }
    }

    @Test("Who may open one no longer unsubscribes all the same, by the name that it had, and from that alone")
    func barred() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read"), other = try await office.client("write")
        for member in [client, other] { try await subscribe(member, office.name, "\(office.name)/Sent", "\(office.name)/Old") }
        try await office.give("read", nil)
        #expect(try await listed(client) == [])
        for name in [office.name, "\(office.name)/Old", "\(office.name)/Nothing", "Shared/nobody@\(office.domain.name)", "Shared/x"] {
            #expect(try await client.answer("UNSUBSCRIBE \(name)") == ["OK UNSUBSCRIBE completed"], "\(name)")
        }
        try await office.give("read", "read")
        #expect(try await listed(client) == ["\(office.name)/Sent"])
        #expect(try await listed(other).count == 3)
    }

    @Test("So does who has another one, and where nobody may open it meanwhile") func suspended() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read")
        let other = try await office.domain.shared("other")
        try await office.domain.give(try #require(office.members["read"]), "read", to: other)
        try await subscribe(client, office.name, "\(office.name)/Sent", "Shared/other@\(office.domain.name)")
        try await office.domain.set("suspended = '{login}'", of: office.info)
        #expect(try await listed(client) == ["Shared/other@\(office.domain.name)"])
        #expect(try await client.answer("UNSUBSCRIBE \(office.name)/Sent") == ["OK UNSUBSCRIBE completed"])
        try await office.domain.set("suspended = '{}'", of: office.info)
        #expect(try await listed(client) == [office.name, "Shared/other@\(office.domain.name)"])
    }

    @Test("What was subscribed to before and after access was lost is unsubscribed from at once") func both() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("read")
        try await subscribe(client, office.name)
        try await office.give("read", nil)
        try await subscribe(client, office.name)
        #expect(try await listed(client) == [office.name])
        #expect(try await client.answer("UNSUBSCRIBE \(office.name)") == ["OK UNSUBSCRIBE completed"])
        try await office.give("read", "read")
        #expect(try await listed(client) == [])
    }

    nonisolated static let names = [
        "Shared/12@/x", "Shared/12@", "Shared/=12@/x", "Shared/==12@", "Shared/12@x", "Shared/+12@", "Shared/=", "Shared/@",
        "Shared/99999999999999999999@/x", "Shared/=a@",
    ]
    @Test("A mailbox of one's own is listed as subscribed whatever its name, and no other one is", arguments: names)
    func own(name: String) async throws {
        let office = try await SharedOffice()
        let client = try await office.client("stranger")
        #expect(try await client.answer("CREATE \(name)").last?.hasPrefix("OK") == true)
        try await subscribe(client, name)
        #expect(try await listed(client) == [name])
        try await office.give("stranger", "read")
        #expect(try await listed(client) == [name])
        #expect(try await client.answer("UNSUBSCRIBE \(name)") == ["OK UNSUBSCRIBE completed"])
        #expect(try await listed(client) == [])
    }

    @Test("A name with the number of a shared mailbox in it is no name of that one") func numbers() async throws {
        let office = try await SharedOffice()
        let client = try await office.client("stranger"), own = "Shared/\(office.info)@/Sent"
        try await subscribe(client, own)
        try await office.give("stranger", "read")
        #expect(try await listed(client) == [own])
        try await subscribe(client, "\(office.name)/Sent")
        #expect(try await listed(client) == [own, "\(office.name)/Sent"])
        #expect(try await client.answer("UNSUBSCRIBE \(own)") == ["OK UNSUBSCRIBE completed"])
        #expect(try await listed(client) == ["\(office.name)/Sent"])
    }
}

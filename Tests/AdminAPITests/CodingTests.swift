import AdminAPI
import FoundationEssentials
import Quantities
import Testing

struct CodingTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    private func read<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    @Test("A tenant keeps its JSON form") func tenant() throws {
        let tenant = try Tenant(
            id: 7, name: TenantName("acme"), suspended: [], suspensionReason: nil, plan: .standard,
            quota: QuotaLimits(bytes: ByteCount(10_000_000_000)), usage: .none,
            kept: Usage(bytes: ByteCount(5), messages: 1), domains: 1, users: 2, createdAt: Timestamp(secondsSince1970: 1_777_863_721))
        let text = try json(tenant)
        #expect(
            text == #"{"createdAt":"2026-05-04T03:02:01Z","domains":1,"id":7,"kept":{"bytes":5,"messages":1},"name":"acme","#
                + #""plan":"default","#
                + #""quota":{"bytes":10000000000,"messages":null},"#
                + #""state":"active","suspended":[],"usage":{"bytes":0,"messages":0},"users":2}"#)
        #expect(try read(text) == tenant)
    }

    @Test("Limits change to a number or to unlimited, or stay") func limitChange() throws {
        #expect(try json(QuotaChange(bytes: .to(ByteCount(5)), messages: .unlimited)) == #"{"bytes":5,"messages":"unlimited"}"#)
        #expect(try read(#"{"bytes":"unlimited"}"#) == QuotaChange(bytes: .unlimited))
        #expect(throws: AdminError.self) { try read(#"{"bytes":"much"}"#, as: QuotaChange.self) }
        #expect(throws: AdminError.self) { try QuotaChange().validateIsSome() }
        #expect(throws: AdminError.self) { try QuotaChange(messages: .to(-1)).validate(at: .user) }
    }

    @Test("A password's hash may be given for users alone, and its description does not show it") func hash() throws {
        let choice = PasswordChoice.hash("{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0")
        #expect(try json(NewPassword(choice)) == #"{"password":{"hash":"{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0"}}"#)
        #expect(try read(#"{"password":{"hash":"{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0"}}"#, as: NewPassword.self).password == choice)
        #expect("\(choice)" == "hash" && String(reflecting: choice) == "hash")
        try choice.validate(takesHash: true)
        #expect(throws: AdminError.self) { try choice.validate() }
        let refusal = #expect(throws: AdminError.self) { try PasswordChoice.hash("{SSHA}!secret").validate(takesHash: true) }
        #expect(refusal?.code == .invalid && refusal?.description.contains("secret") == false)
    }

    @Test("A password is given or generated, and its description does not show it") func password() throws {
        #expect(try json(NewPassword(.generate)) == #"{"password":{"generate":true}}"#)
        #expect(try read(#"{"password":{"given":"correct horse"}}"#, as: NewPassword.self).password == .given("correct horse"))
        #expect(throws: AdminError.self) { try read(#"{"password":{}}"#, as: NewPassword.self) }
        #expect("\(PasswordChoice.given("correct horse"))" == "given")
        #expect(String(reflecting: PasswordChoice.given("correct horse")) == "given")
    }

    @Test(
        "A password must be typeable and not too long; how short it may be the platform says",
        arguments: [
            "with\nline end", String(repeating: "x", count: 1025),
        ])
    func badPassword(text: String) throws {
        #expect(throws: AdminError.self) { try PasswordChoice.given(text).validate() }
        try PasswordChoice.given("short").validate()
    }

    @Test("A malformed name in a body is refused with its own explanation") func malformedName() {
        let error = #expect(throws: AdminError.self) { try read(#"{"name":"Bad Name"}"#, as: NewTenant.self) }
        #expect(error?.message.contains("Bad Name") == true)
    }

    @Test("Members of a shared mailbox keep their JSON form") func sharedMembers() throws {
        let new = NewSharedMembers([try EmailAddress("ann@acme.example")], rights: .manage, sends: true)
        #expect(try json(new) == #"{"members":["ann@acme.example"],"rights":"manage","sends":true}"#)
        #expect(try read(try json(new)) == new)
        #expect(throws: DecodingError.self) { try read(#"{"members":[],"rights":"own","sends":true}"#, as: NewSharedMembers.self) }
    }

    @Test("What is to be copied for others to read keeps its JSON form, and has days between its days") func heldCopies() throws {
        let new = NewHeldCopies(to: try EmailAddress("desk@acme.example"), since: try Day("2026-05-01"), before: try Day("2026-05-02"))
        #expect(try json(new) == #"{"all":false,"before":"2026-05-02","since":"2026-05-01","to":"desk@acme.example"}"#)
        #expect(try read(try json(new)) == new)
        #expect(new.since?.beginning == Timestamp("2026-05-01T00:00:00Z"))
        try new.validate()
        #expect(throws: AdminError.self) { try NewHeldCopies(to: new.to, since: new.before, before: new.since).validate() }
        #expect(throws: AdminError.self) { try NewHeldCopies(to: new.to, since: new.since, before: new.since).validate() }
        let folders = [1, 2].map { HeldCopies.Folder(name: "\($0)", copied: Usage(bytes: ByteCount(10), messages: $0)) }
        #expect(
            HeldCopies(target: new.to, mailbox: new.to, folders: folders).copied == Usage(bytes: ByteCount(20), messages: 3))
    }

    @Test("An error keeps its JSON form") func error() throws {
        let body = ErrorBody(AdminError(.notFound, "There is no tenant acme.", hint: "`tenant list` shows them."))
        #expect(
            try json(body)
                == #"{"error":{"code":"notFound","hint":"`tenant list` shows them.","message":"There is no tenant acme."}}"#)
    }

    static let times: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (1_709_251_199, "2024-02-29T23:59:59Z"), (4_102_444_800, "2100-01-01T00:00:00Z"),
    ]
    @Test("Times are written and read in UTC", arguments: times) func time(seconds: Int64, text: String) {
        #expect(Timestamp(secondsSince1970: seconds).description == text)
        #expect(Timestamp(text)?.secondsSince1970 == seconds)
    }
    @Test(
        "What is no time is refused",
        arguments: [
            "", "2026-05-04", "2026-13-04T03:02:01Z", "2026-05-04T03:02:01", "2026-05-04T03:02:01.Z5Z",
        ])
    func noTime(text: String) { #expect(Timestamp(text) == nil) }

    @Test("Microseconds are rounded down") func microseconds() {
        #expect(Timestamp(microsecondsSince1970: -1).secondsSince1970 == -1)
        #expect(Timestamp(microsecondsSince1970: 1_999_999).secondsSince1970 == 1)
    }
}

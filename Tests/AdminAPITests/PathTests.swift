import AdminAPI
import Testing

struct PathTests {
    @Test("What fills a path comes out of it again, whatever it is", arguments: ["ann@acme.example", "a/b", "..", "%2F", "é?#&=", "a b"])
    func roundTrip(text: String) {
        let path = Calls.setPassword.path.filled([text])
        #expect(path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(path.split(separator: "/").count == 3)
        #expect(Calls.setPassword.path.match(path)?["address"] == text)
    }

    @Test(
        "Other paths do not match",
        arguments: [
            "/tenants", "/tenants/", "/tenants/a/b", "tenants/a", "/tenants/%zz", "/tenants/%4", "/tenants/%ff", "/tenants/%00", "/tenants/a%00", "",
        ])
    func mismatch(path: String) { #expect(Calls.showTenant.path.match(path) == nil) }

    @Test("A query is read by name") func query() {
        let query = PathParameters(query: "kind=tenants&prefix=a%26b&prefix=x&flag")
        #expect(query?["kind"] == "tenants" && query?["prefix"] == "a&b" && query?["flag"] == "" && query?["other"] == nil)
        #expect(PathParameters(query: "a=%") == nil && PathParameters(query: "a=b%00") == nil && PathParameters(query: "%00=b") == nil)
    }

    @Test("Parameters are checked as they are taken") func parameters() throws {
        let match = try #require(Calls.showTenant.path.match("/tenants/Bad%20Name"))
        #expect(throws: AdminError.self) { try match.require("name", as: TenantName.self) }
        #expect(throws: AdminError.self) { try match.require("missing", as: TenantName.self) }
        #expect(try match.optional("missing", as: TenantName.self) == nil)
    }

    @Test("No two calls have the same route") func routes() {
        let routes = Calls.all.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(routes).count == routes.count)
    }

    @Test("Reading calls use GET, and only they, but for those that ask too much, or secrets, for an address") func effects() {
        let posted = [
            Calls.previewApply.path, Calls.listOwnAppPasswords.path, Calls.explainDelivery.path, Calls.explainSending.path,
        ]
        for call in Calls.all where !posted.contains(call.path) { #expect((call.method == .get) == (call.effect == .reads)) }
        #expect(Calls.previewApply.effect == .reads && Calls.listOwnAppPasswords.effect == .reads)
    }
}

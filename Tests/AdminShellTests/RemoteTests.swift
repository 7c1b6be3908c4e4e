import AdminAPI
import AdminShell
import Testing

@Suite("Platforms on other machines") struct RemoteTests {
    @Test(
        "Servers are named by host and port",
        arguments: [
            ("mail.example", "mail.example", 8443 as UInt16), ("mail.example:18443", "mail.example", 18443), ("10.0.0.1:1", "10.0.0.1", 1),
            ("[::1]", "::1", 8443), ("[::1]:5", "::1", 5),
        ])
    func servers(text: String, host: String, port: UInt16) throws {
        let server = try ServerAddress(text)
        #expect(server.host == host && server.port == port)
    }

    @Test("What names no server is refused", arguments: ["", ":5", "a:b", "a:0", "a:65536", "a b", "a/b", "[::1", "[::1]x"])
    func wrongServers(text: String) { #expect(throws: AdminError.self) { try ServerAddress(text) } }

    @Test("--server stands anywhere on a line, and holds for the shell around it") func option() throws {
        let (settings, rest) = try GlobalArguments.extract(from: ["user", "--server", "mail.example", "list"])
        #expect(settings.server == (try ServerAddress("mail.example")) && rest == ["user", "list"])
        let (inner, _) = try GlobalArguments.extract(from: ["status"], base: settings)
        #expect(inner.server == settings.server)
    }

    @Test("Fingerprints are read with colons and without") func fingerprints() throws {
        let digits = String(repeating: "0aF9", count: 16)
        let fingerprint = try #require(Fingerprint(digits))
        #expect(fingerprint.octets.count == 32 && Fingerprint(fingerprint.description) == fingerprint)
        for wrong in ["", "0a", digits + "00", String(repeating: "zz", count: 32)] { #expect(Fingerprint(wrong) == nil) }
    }

    @Test("A token goes into the request's head") func token() {
        let request = HTTPRequest(method: .get, target: "/status")
        #expect(String(decoding: request.bytes(token: "abc"), as: UTF8.self).contains("\r\nAuthorization: Bearer abc\r\n"))
        #expect(!String(decoding: request.bytes, as: UTF8.self).contains("Authorization"))
    }
}

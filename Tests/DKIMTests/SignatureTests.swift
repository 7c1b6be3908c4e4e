import Cryptography
import MIME
import SMTP
import Testing

@testable import DKIM

@Suite("Signatures") struct SignatureTests {
    /// RFC 8463, appendix A.
    static let header = Array(
        """
        From: Joe SixPack <joe@football.example.com>\r
        To: Suzie Q <suzie@shopping.example.net>\r
        Subject: Is dinner ready?\r
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\r
        \r

        """.utf8)
    static let body = Array("Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n\r\n".utf8)
    static let names = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"]

    private func fields(named names: [String]) -> SignedFields {
        SignedFields(names, from: Dictionary(grouping: HeaderScan(Self.header).fields) { $0.name }, of: Self.header)
    }

    private func bodyHash() throws -> [UInt8] {
        var canonical = RelaxedBody()
        return try Cryptography.sha256(canonical.feed(Self.body) + canonical.finish())
    }

    @Test("The body's hash is that of RFC 8463") func hash() throws {
        #expect(try Base64.encode(bodyHash()) == Array("2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=".utf8))
    }

    @Test("The Ed25519 signature of RFC 8463 is made again, octet for octet") func ed25519() throws {
        let value = """
            v=1; a=ed25519-sha256; c=relaxed/relaxed;\r
             d=football.example.com; i=@football.example.com;\r
             q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r
             subject : date : message-id : from : subject : date;\r
             bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
             b=
            """
        let secret = try #require(Hexadecimal.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
        let key = try SigningKey(privateKey: secret)
        #expect(Base64.encode(key.publicKey) == Array("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=".utf8))
        let field = SignatureField(value, fields: fields(named: Self.names))
        let made = try key.signature(of: field.signed)
        let expected = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
        #expect(Base64.encode(made) == Array(expected.utf8))
        #expect(try key.verifies(made, of: field.signed))
    }

    @Test("The RSA signature of RFC 8463 verifies") func rsa() throws {
        let value = """
            v=1; a=rsa-sha256; c=relaxed/relaxed;\r
             d=football.example.com; i=@football.example.com;\r
             q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r
             date : message-id : from : subject : date;\r
             bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
             b=
            """
        let key = try SigningKey(privateKey: Base64.decode(Self.rsaKey.utf8))
        let field = SignatureField(value, fields: fields(named: Self.names))
        let signature = """
            F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\
            dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
            """
        #expect(try key.verifies(Base64.decode(signature.utf8), of: field.signed))
        #expect(try Base64.encode(key.signature(of: field.signed)) == Array(signature.utf8))
    }

    @Test("What is made verifies, and no more once a byte is another", arguments: [SigningKey.Kind.rsa, .ed25519])
    func made(kind: SigningKey.Kind) throws {
        let key = try SigningKey.random(kind)
        let again = try SigningKey(sealed: key.sealed(key: [UInt8](repeating: 1, count: 32)), key: [UInt8](repeating: 1, count: 32))
        #expect(again.publicKey == key.publicKey && again.kind == kind)
        let field = SignatureField(
            algorithm: kind == .rsa ? .rsa : .ed25519, domain: "acme.example", selector: "may", time: 1,
            fields: SignedFields(of: Self.header, HeaderScan(Self.header)), bodyHash: try bodyHash())
        let signature = try key.signature(of: field.signed)
        #expect(try again.verifies(signature, of: field.signed))
        #expect(try !again.verifies(signature, of: field.signed + [0]))
        let text = String(decoding: field.field(signature: signature), as: UTF8.self)
        #expect(text.hasPrefix("DKIM-Signature: v=1; a=\(kind == .rsa ? "rsa" : "ed25519")-sha256;") && text.hasSuffix("\r\n"))
        #expect(text.contains("h=from:\r\n  from:\r\n  to:"), "a second From would break it")
        #expect(!text.contains("l="))
        #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    }

    @Test("A record is cut into strings of 255 octets, and what is published is held against it") func record() throws {
        let record = KeyRecord(algorithm: .rsa, publicKey: [UInt8](repeating: 7, count: 294))
        let strings = record.zoneText.split(separator: " \"").count
        #expect(strings >= 2)
        #expect(record.finding(in: [record.text]) == .right)
        #expect(record.finding(in: ["p=" + record.text.split(separator: "=", maxSplits: 3)[3] + " ; n=a note"]) == .right)
        #expect(record.finding(in: []) == .absent)
        #expect(record.finding(in: [record.text, record.text]) == .several)
        #expect(record.finding(in: ["v=DKIM1; p="]) == .revoked)
        #expect(record.finding(in: ["v=DKIM1; k=ed25519; p=AA"]) == .anotherType)
        #expect(record.finding(in: [String(record.text.prefix(255))]) == .anotherKey)
        #expect(record.finding(in: [record.text + "; h=sha1"]) == .unusable)
        #expect(record.finding(in: [record.text + "; t=y:s"]) == .unusable)
        #expect(record.finding(in: [record.text + "; t=s"]) == .right)
    }

    static let rsaKey = """
        MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi\
        Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM\
        KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB\
        AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm\
        6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe\
        zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy\
        6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc\
        uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy\
        WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd\
        WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a\
        licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst\
        o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe\
        uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
        """
}

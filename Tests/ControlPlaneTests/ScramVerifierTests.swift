import ControlPlane
import Cryptography
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("SCRAM verifiers") struct ScramVerifierTests {
    @Test("The example of RFC 7677 §3") func example() throws {
        let salt = try #require(Data(base64Encoded: "W22ZaJ0SNY7soEsUEjb6gQ=="))
        let verifier = try ScramVerifier(password: "pencil", salt: Array(salt), rounds: 4096)
        let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        let message = Array("n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=\(nonce)".utf8)
        let signature = try Cryptography.hmacSHA256(key: verifier.serverKey, message)
        #expect(Data(signature).base64EncodedString() == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")

        // RFC 5802 §3: the proof gives the client key, whose hash the server has stored.
        let proof = try #require(Data(base64Encoded: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="))
        let clientSignature = try Cryptography.hmacSHA256(key: verifier.storedKey, message)
        #expect(try Cryptography.sha256(zip(proof, clientSignature).map { $0 ^ $1 }) == verifier.storedKey)
    }

    @Test("PostgreSQL lets in who knows the secret, and nobody else") func server() async throws {
        // A server of its own: the group whose members need their password is there once a server.
        let server = try await TemporaryPostgres.start()
        let name = try await server.createDatabase()
        let owner = PostgresPool(server.configuration(database: name), maximumConnections: 1)
        let secret = Hexadecimal.encode(try Cryptography.randomBytes(32))
        let verifier = try ScramVerifier(randomSecret: secret).text
        try await owner.script("CREATE ROLE scram_users; CREATE ROLE worker LOGIN PASSWORD '\(verifier)' IN ROLE scram_users")
        var configuration = server.configuration(database: name)
        configuration.user = "worker"
        configuration.password = secret
        let right = PostgresPool(configuration, maximumConnections: 1)
        #expect(try await right.query("SELECT current_user::text").rows.first?.text(0) == "worker")
        configuration.password = String(secret.reversed())
        let wrong = PostgresPool(configuration, maximumConnections: 1)
        await #expect(throws: PostgresError.self) { try await wrong.query("SELECT 1") }
        await right.close()
        await wrong.close()
        await owner.close()
    }
}

import AdminAPI
import Cryptography
import DKIM
import Postgres

extension Provisioning {
    /// Keys of one domain, whatever their state.
    private static let limitOfKeys = 20

    /// `dkim create`: a key of each algorithm, since not every receiver knows the newer one (RFC 8463 §6).
    func createDKIMKeys(_ request: AdminRequest<NewDKIMKeys>) async throws -> [DKIMKey] {
        let name: DomainName = try request.path.require("name")
        let found = try await domain(name)
        // Takes a while of a processor.
        let (rsa, ed25519) = try await Task.detached { (try SigningKey.random(.rsa), try SigningKey.random(.ed25519)) }.value
        do {
            try await change { transaction in
                let keys = try await lockDomain(found.name, in: transaction)
                let held = try await transaction.query(
                    "SELECT selector FROM dkim_keys WHERE tenant_id = $1 AND domain_id = $2", [.int8(keys.tenant), .int8(keys.domain)])
                let selectors = Set(try held.rows.map { try $0.text(0) })
                guard selectors.count + 2 <= Self.limitOfKeys else {
                    throw AdminError(.conflict, "\(name) has \(selectors.count) keys already.", hint: "`dkim delete` retired ones first.")
                }
                let stem = try await stem(request.body.selector, besides: selectors, in: transaction)
                let sealingKey = try roles.secrets.key(forDKIMOf: keys.tenant)
                for (key, algorithm, letter) in [(rsa, Algorithm.rsa, "r"), (ed25519, .ed25519, "e")] {
                    let selector = try DKIMSelector(stem + letter)
                    guard KeyRecord.name(selector: selector.text, domain: name.text).utf8.count <= 253 else {
                        throw AdminError(.invalid, "The domain \(name) is too long to have records of keys.")
                    }
                    _ = try await transaction.query(
                        """
                        INSERT INTO dkim_keys (tenant_id, domain_id, selector, algorithm, private_key, public_key)
                        VALUES ($1, $2, $3, $4, $5, $6)
                        """,
                        [
                            .int8(keys.tenant), .int8(keys.domain), .text(selector.text), .text(algorithm.rawValue),
                            .bytea(try key.sealed(key: sealingKey)), .bytea(key.publicKey),
                        ])
                }
            }
        } catch {
            guard (error as? PostgresError)?.sqlState == .uniqueViolation else { throw error }
            throw AdminError(
                .alreadyExists, "\(name) has keys of this selector already.", hint: "Choose another, or leave --selector out.")
        }
        return try await dkimKeys(of: name).filter { $0.state == .waiting }
    }

    /// What was asked for, or `c20261130`, and a number when there is one of that day.
    private func stem(
        _ asked: DKIMSelector?, besides selectors: Set<String>, in transaction: PostgresTransaction
    ) async throws -> String {
        if let asked { return asked.text }
        let day = try await transaction.query("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')")
        let first = "c\(try day.first?.text(0) ?? "")"
        var stem = first, number = 1
        while selectors.contains(stem + "r") || selectors.contains(stem + "e") {
            number += 1
            stem = "\(first)-\(number)"
        }
        return stem
    }

    /// `dkim delete`.
    func deleteDKIMKey(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name: DomainName = try request.path.require("name")
        let selector: DKIMSelector = try request.path.require("selector")
        _ = try await domain(name)
        let tenant = try await change { transaction in
            let keys = try await lockDomain(name, in: transaction)
            let gone = try await transaction.query(
                "DELETE FROM dkim_keys WHERE tenant_id = $1 AND domain_id = $2 AND selector = $3",
                [.int8(keys.tenant), .int8(keys.domain), .text(selector.text)])
            guard gone.affected == 1 else {
                throw AdminError(.notFound, "\(name) has no key \(selector).", hint: "`dkim list \(name)` shows all.")
            }
            return keys.tenant
        }
        directoryChanged(of: tenant)
        return Nothing()
    }
}

import AdminAPI
import Cryptography
import DKIM
import Postgres

extension Provisioning {
    /// Keys of one name of a domain, whatever their state.
    private static let limitOfKeys = 20

    /// What `dkim create` gives to a domain: a key of each algorithm, since not every receiver knows the newer one (RFC 8463 §6).
    struct NewSigningKeys: Sendable {
        let rsa: SigningKey, ed25519: SigningKey
    }

    /// Takes a while of a processor.
    func newSigningKeys(_ request: AdminRequest<NewDKIMKeys>) async throws -> NewSigningKeys {
        _ = try await domain(underAnyName: try request.path.require("name"))
        return try await Task.detached { NewSigningKeys(rsa: try .random(.rsa), ed25519: try .random(.ed25519)) }.value
    }

    /// `dkim create`.
    func createDKIMKeys(_ request: AdminRequest<NewDKIMKeys>, _ new: NewSigningKeys) async throws -> [DKIMKey] {
        let name: DomainName = try request.path.require("name")
        do {
            try await change { transaction in
                let signing = try await lockSigningName(name, in: transaction)
                let held = try await transaction.query("SELECT count(*) FROM dkim_keys WHERE \(SigningName.keys)", signing.parameters)
                let count = try held.first?.int8(0) ?? 0
                guard count + 2 <= Self.limitOfKeys else {
                    throw AdminError(.conflict, "\(name) has \(count) keys already.", hint: "`dkim delete` retired ones first.")
                }
                let stem = try await stem(request.body.selector, in: transaction)
                let sealingKey = try roles.secrets.key(forDKIMOf: signing.tenant)
                for (key, algorithm, letter) in [(new.rsa, Algorithm.rsa, "r"), (new.ed25519, .ed25519, "e")] {
                    let selector = try DKIMSelector(stem + letter)
                    guard KeyRecord.name(selector: selector.text, domain: name.text).utf8.count <= 253 else {
                        throw AdminError(.invalid, "The domain \(name) is too long to have records of keys.")
                    }
                    _ = try await transaction.query(
                        """
                        INSERT INTO dkim_keys (tenant_id, domain_id, alias, selector, algorithm, private_key, public_key)
                        VALUES ($1, $2, $3, $4, $5, $6, $7)
                        """,
                        signing.parameters + [
                            .text(selector.text), .text(algorithm.rawValue), .bytea(try key.sealed(key: sealingKey)),
                            .bytea(key.publicKey),
                        ])
                }
            }
        } catch {
            let state = (error as? PostgresError)?.sqlState
            if state == .foreignKeyViolation { throw AdminError.noDomain(name) }  // an alias that went meanwhile
            guard state == .uniqueViolation else { throw error }
            throw AdminError(
                .alreadyExists, "\(name) has keys of this selector already.", hint: "Choose another, or leave --selector out.")
        }
        return try await dkimKeys(of: name).filter { $0.state == .waiting }
    }

    /// What was asked for, or the time to the millisecond, as `c20261130-083055123`: name servers remember a deleted key's record for a
    /// while, so no selector may come again, and of deleted keys and domains nothing is kept that would tell which there were.
    private func stem(_ asked: DKIMSelector?, in transaction: PostgresTransaction) async throws -> String {
        if let asked { return asked.text }
        let time = try await transaction.query("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD-HH24MISSMS')")
        return "c\(try time.first?.text(0) ?? "")"
    }

    /// `dkim delete`.
    func deleteDKIMKey(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name: DomainName = try request.path.require("name")
        let selector: DKIMSelector = try request.path.require("selector")
        _ = try await domain(underAnyName: name)
        let tenant = try await change { transaction in
            let signing = try await lockSigningName(name, in: transaction)
            let gone = try await transaction.query(
                "DELETE FROM dkim_keys WHERE \(SigningName.keys) AND selector = $4", signing.parameters + [.text(selector.text)])
            guard gone.affected == 1 else {
                throw AdminError(.notFound, "\(name) has no key \(selector).", hint: "`dkim list \(name)` shows all.")
            }
            return signing.tenant
        }
        directoryChanged(of: tenant)
        return Nothing()
    }
}

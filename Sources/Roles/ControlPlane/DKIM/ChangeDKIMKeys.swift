import AdminAPI
import Cryptography
import DKIM
import Postgres

extension Provisioning {
    /// Keys of one name of a domain, whatever their state.
    static let limitOfKeys = 20

    static func tooManyKeys(_ name: String, _ count: Int) -> AdminError {
        AdminError(.conflict, "\(name) has \(count) keys already.", hint: "`dkim delete` retired ones first.")
    }

    /// What `dkim create` gives to a domain: a key of each algorithm, since not every receiver knows the newer one (RFC 8463 §6).
    struct NewSigningKeys: Sendable {
        private let rsa: SigningKey, ed25519: SigningKey

        /// Takes a while of a processor.
        static func random() throws -> NewSigningKeys { NewSigningKeys(rsa: try .random(.rsa), ed25519: try .random(.ed25519)) }

        /// As the table has it.
        struct Row: Sendable {
            var selector: DKIMSelector
            var algorithm: Algorithm
            /// The private key.
            var sealed: [UInt8]
            var publicKey: [UInt8]
        }

        /// - Parameter stem: what the selectors begin with.
        func rows(_ stem: String, for name: DomainName, sealedWith sealingKey: [UInt8]) throws -> [Row] {
            try [(rsa, Algorithm.rsa, "r"), (ed25519, .ed25519, "e")].map { key, algorithm, letter in
                let selector = try DKIMSelector(stem + letter)
                guard KeyRecord.name(selector: selector.text, domain: name.text).utf8.count <= 253 else {
                    throw AdminError(.invalid, "The domain \(name) is too long to have records of keys.")
                }
                return Row(
                    selector: selector, algorithm: algorithm, sealed: try key.sealed(key: sealingKey), publicKey: key.publicKey)
            }
        }
    }

    func newSigningKeys(_ request: AdminRequest<NewDKIMKeys>) async throws -> NewSigningKeys {
        _ = try await domain(underAnyName: try request.path.require("name"))
        return try await Task.detached { try NewSigningKeys.random() }.value
    }

    /// `dkim create`.
    func createDKIMKeys(_ request: AdminRequest<NewDKIMKeys>, _ new: NewSigningKeys) async throws -> [DKIMKey] {
        let name: DomainName = try request.path.require("name")
        do {
            try await change { transaction in
                let signing = try await lockSigningName(name, in: transaction)
                let held = try await transaction.query("SELECT count(*) FROM dkim_keys WHERE \(SigningName.keys)", signing.parameters)
                let count = try held.first?.int8(0) ?? 0
                guard count + 2 <= Self.limitOfKeys else { throw Self.tooManyKeys(name.text, Int(count)) }
                let stem = try await stem(request.body.selector, in: transaction)
                let sealingKey = try roles.secrets.key(forDKIMOf: signing.tenant)
                for row in try new.rows(stem, for: name, sealedWith: sealingKey) {
                    _ = try await transaction.query(
                        """
                        INSERT INTO dkim_keys (tenant_id, domain_id, alias, selector, algorithm, private_key, public_key)
                        VALUES ($1, $2, $3, $4, $5, $6, $7)
                        """,
                        signing.parameters + [
                            .text(row.selector.text), .text(row.algorithm.rawValue), .bytea(row.sealed), .bytea(row.publicKey),
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
    func stem(_ asked: DKIMSelector?, in transaction: PostgresTransaction) async throws -> String {
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

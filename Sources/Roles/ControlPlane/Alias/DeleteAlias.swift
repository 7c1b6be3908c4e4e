import AdminAPI

extension Provisioning {
    /// `alias delete`.
    func deleteAlias(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let address: AliasAddress = try request.path.require("address")
        let removed = try await database.query(
            """
            DELETE FROM aliases a USING domains d
            WHERE d.tenant_id = a.tenant_id AND d.domain_id = a.domain_id AND d.name = $1 AND a.local_part = $2 RETURNING a.tenant_id
            """, [.text(address.domain.text), .text(address.localPart)])
        guard let tenant = try removed.first?.int8(0) else { throw AdminError.noAlias(address) }
        directoryChanged(of: tenant)
        return Nothing()
    }
}

import AdminAPI

extension Provisioning {
    /// `alias delete`.
    func deleteAlias(_ request: AdminRequest<Nothing>) async throws -> Deletion {
        try await delete(.alias, request.path.require("address"), DeletionWish(request))
    }
}

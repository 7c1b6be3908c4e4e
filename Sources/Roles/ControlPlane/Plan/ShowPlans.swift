import AdminAPI

extension Provisioning {
    /// `plan list`.
    func listPlans(_ request: AdminRequest<Nothing>) async throws -> [Plan] { try await plans() }

    /// `plan show`.
    func showPlan(_ request: AdminRequest<Nothing>) async throws -> Plan { try await plan(request.path.require("name")) }

    /// `plan limits`: what holds for a tenant or a user, and where it comes from.
    func showLimits(_ request: AdminRequest<Nothing>) async throws -> LimitReport {
        try await limits(of: request.path.require("target")).report
    }
}

import AdminAPI

extension AdminRouter {
    /// Every call that there is.
    func serveAll(_ provisioning: Provisioning) {
        serve(Calls.createTenant) { try await provisioning.createTenant($0) }
        serve(Calls.listTenants) { try await provisioning.listTenants($0) }
        serve(Calls.showTenant) { try await provisioning.showTenant($0) }
        serve(Calls.suspendTenant) { try await provisioning.suspendTenant($0) }
        serve(Calls.resumeTenant) { try await provisioning.resumeTenant($0) }
        serve(Calls.deleteTenant) { try await provisioning.deleteTenant($0) }

        serve(Calls.createDomain) { try await provisioning.createDomain($0) }
        serve(Calls.listDomains) { try await provisioning.listDomains($0) }
        serve(Calls.showDomain) { try await provisioning.showDomain($0) }
        serve(Calls.deleteDomain) { try await provisioning.deleteDomain($0) }
        serve(Calls.checkDomain) { try await provisioning.checkDomain($0) }

        serve(Calls.createUser) { try await provisioning.createUser($0) }
        serve(Calls.listUsers) { try await provisioning.listUsers($0) }
        serve(Calls.showUser) { try await provisioning.showUser($0) }
        serve(Calls.suspendUser) { try await provisioning.suspendUser($0) }
        serve(Calls.resumeUser) { try await provisioning.resumeUser($0) }
        serve(Calls.setPassword) { try await provisioning.setPassword($0) }
        serve(Calls.deleteUser) { try await provisioning.deleteUser($0) }

        serve(Calls.createAlias) { try await provisioning.createAlias($0) }
        serve(Calls.listAliases) { try await provisioning.listAliases($0) }
        serve(Calls.showAlias) { try await provisioning.showAlias($0) }
        serve(Calls.deleteAlias) { try await provisioning.deleteAlias($0) }

        serve(Calls.showQuota) { try await provisioning.showQuota($0) }
        serve(Calls.setQuota) { try await provisioning.setQuota($0) }
        serve(Calls.checkQuotas) { try await provisioning.checkQuotas($0) }
        serve(Calls.repairQuotas) { try await provisioning.repairQuotas($0) }

        serve(Calls.listQueue) { try await provisioning.listQueue($0) }
        serve(Calls.showQueued) { try await provisioning.showQueued($0) }
        serve(Calls.retryQueued) { try await provisioning.retryQueued($0) }
        serve(Calls.holdQueued) { try await provisioning.holdQueued($0) }
        serve(Calls.releaseQueued) { try await provisioning.releaseQueued($0) }
        serve(Calls.deleteQueued) { try await provisioning.deleteQueued($0) }

        serve(Calls.listLogins) { try await provisioning.listLogins($0) }
        serve(Calls.unlockLogins) { try await provisioning.unlockLogins($0) }

        serve(Calls.listWorkers) { try await provisioning.listWorkers($0) }
        serve(Calls.restartWorker) { try await provisioning.restartWorker($0) }

        serve(Calls.names) { try await provisioning.names($0) }
        serve(Calls.status) { try await provisioning.status($0) }
    }
}

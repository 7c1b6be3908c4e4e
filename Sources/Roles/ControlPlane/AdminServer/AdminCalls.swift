import AdminAPI

extension AdminRouter {
    /// Every call that there is.
    func serveAll() {
        serve(Calls.createTenant) { try await $0.createTenant($1) }
        serve(Calls.listTenants) { try await $0.listTenants($1) }
        serve(Calls.showTenant) { try await $0.showTenant($1) }
        serve(Calls.suspendTenant) { try await $0.suspendTenant($1) }
        serve(Calls.resumeTenant) { try await $0.resumeTenant($1) }
        serve(Calls.deleteTenant) { try await $0.deleteTenant($1) }
        serve(Calls.compactTenant) { try await $0.compactTenant($1) }
        serve(Calls.undeleteTenant) { try await $0.undeleteTenant($1) }

        serve(Calls.createPlan) { try await $0.createPlan($1) }
        serve(Calls.listPlans) { try await $0.listPlans($1) }
        serve(Calls.showPlan) { try await $0.showPlan($1) }
        serve(Calls.setPlan) { try await $0.setPlan($1) }
        serve(Calls.deletePlan) { try await $0.deletePlan($1) }
        serve(Calls.assignPlan) { try await $0.assignPlan($1) }
        serve(Calls.showLimits) { try await $0.showLimits($1) }
        serve(Calls.overrideLimits) { try await $0.overrideLimits($1) }

        serve(Calls.previewApply) { try await $0.previewApply($1) }
        serve(Calls.apply) { try await $0.apply($1) }
        serve(Calls.listApplies) { try await $0.listApplies($1) }
        serve(Calls.previewUndo) { try await $0.previewUndo($1) }
        serve(Calls.undo) { try await $0.undo($1) }
        serve(Calls.exportState) { try await $0.exportState($1) }

        serve(Calls.createDomain) { try await $0.createDomain($1) }
        serve(Calls.listDomains) { try await $0.listDomains($1) }
        serve(Calls.showDomain) { try await $0.showDomain($1) }
        serve(Calls.setMTASTS) { try await $0.setMTASTS($1) }
        serve(Calls.renameDomain) { try await $0.renameDomain($1) }
        serve(Calls.deleteDomain) { try await $0.deleteDomain($1) }
        serve(Calls.undeleteDomain) { try await $0.undeleteDomain($1) }
        serve(Calls.checkDomain) { try await $0.checkDomain($1) }
        serve(Calls.domainRecords) { try await $0.domainRecords($1) }
        serve(Calls.createDKIMKeys, first: { try await $0.newSigningKeys($1) }, then: { try await $0.createDKIMKeys($1, $2) })
        serve(Calls.activateDKIMKeys, first: { try await $0.publishedKeys($1) }, then: { try await $0.activateDKIMKeys($1, $2) })
        serve(Calls.listDKIMKeys) { try await $0.listDKIMKeys($1) }
        serve(Calls.showDKIMKeys) { try await $0.showDKIMKeys($1) }
        serve(Calls.deleteDKIMKey) { try await $0.deleteDKIMKey($1) }
        serve(Calls.claimDomain) { try await $0.claimDomain($1) }
        serve(Calls.verifyDomain, first: { try await $0.lookForProof($1) }, then: { try await $0.verifyDomain($1, $2) })
        serve(Calls.listClaims) { try await $0.listClaims($1) }
        serve(Calls.unclaimDomain) { try await $0.unclaimDomain($1) }
        serve(Calls.createDomainAlias) { try await $0.createDomainAlias($1) }
        serve(Calls.deleteDomainAlias) { try await $0.deleteDomainAlias($1) }

        serve(Calls.createUser) { try await $0.createUser($1) }
        serve(Calls.importUsers) { try await $0.importUsers($1) }
        serve(Calls.listUsers) { try await $0.listUsers($1) }
        serve(Calls.showUser) { try await $0.showUser($1) }
        serve(Calls.suspendUser) { try await $0.suspendUser($1) }
        serve(Calls.resumeUser) { try await $0.resumeUser($1) }
        serve(Calls.setPassword) { try await $0.setPassword($1) }
        serve(Calls.demandPassword) { try await $0.demandPassword($1) }
        serve(Calls.enableOneTimePasswords) { try await $0.enableOneTimePasswords($1) }
        serve(Calls.disableOneTimePasswords) { try await $0.disableOneTimePasswords($1) }
        serve(Calls.changePassword, first: { try await $0.provedChange($1) }, then: { try await $0.changeOwnPassword($2) })
        serve(Calls.renameUser) { try await $0.renameUser($1) }
        serve(Calls.deleteUser) { try await $0.deleteUser($1) }
        serve(Calls.undeleteUser) { try await $0.undeleteUser($1) }

        serve(Calls.createAppPassword) { try await $0.createAppPassword($1) }
        serve(Calls.createOwnAppPassword, first: { try await $0.provedMaker($1) }, then: { try await $0.createOwnAppPassword($1, $2) })
        serve(Calls.listOwnAppPasswords) { try await $0.listOwnAppPasswords($1) }
        serve(Calls.revokeOwnAppPassword, first: { try await $0.provedRevoker($1) }, then: { try await $0.revokeOwnAppPassword($1, $2) })
        serve(Calls.listAppPasswords) { try await $0.listAppPasswords($1) }
        serve(Calls.deleteAppPassword) { try await $0.deleteAppPassword($1) }

        serve(Calls.createAlias) { try await $0.createAlias($1) }
        serve(Calls.listAliases) { try await $0.listAliases($1) }
        serve(Calls.showAlias) { try await $0.showAlias($1) }
        serve(Calls.deleteAlias) { try await $0.deleteAlias($1) }
        serve(Calls.undeleteAlias) { try await $0.undeleteAlias($1) }

        serve(Calls.createGroup) { try await $0.createGroup($1) }
        serve(Calls.listGroups) { try await $0.listGroups($1) }
        serve(Calls.showGroup) { try await $0.showGroup($1) }
        serve(Calls.setGroup) { try await $0.setGroup($1) }
        serve(Calls.addMembers) { try await $0.addMembers($1) }
        serve(Calls.removeMembers) { try await $0.removeMembers($1) }
        serve(Calls.deleteGroup) { try await $0.deleteGroup($1) }
        serve(Calls.undeleteGroup) { try await $0.undeleteGroup($1) }

        serve(Calls.createSharedMailbox) { try await $0.createSharedMailbox($1) }
        serve(Calls.listSharedMailboxes) { try await $0.listSharedMailboxes($1) }
        serve(Calls.showSharedMailbox) { try await $0.showSharedMailbox($1) }
        serve(Calls.addSharedMembers) { try await $0.addSharedMembers($1) }
        serve(Calls.removeSharedMembers) { try await $0.removeSharedMembers($1) }
        serve(Calls.deleteSharedMailbox) { try await $0.deleteSharedMailbox($1) }

        serve(Calls.setVacation) { try await $0.setVacation($1) }
        serve(Calls.showVacation) { try await $0.showVacation($1) }
        serve(Calls.clearVacation) { try await $0.clearVacation($1) }
        serve(Calls.listVacations) { try await $0.listVacations($1) }
        serve(Calls.setForward) { try await $0.setForward($1) }
        serve(Calls.showForward) { try await $0.showForward($1) }
        serve(Calls.clearForward) { try await $0.clearForward($1) }
        serve(Calls.listForwards) { try await $0.listForwards($1) }
        serve(Calls.listDeleted) { try await $0.listDeleted($1) }
        serve(Calls.setHold) { try await $0.setHold($1) }
        serve(Calls.releaseHold) { try await $0.releaseHold($1) }
        serve(Calls.copyHeld) { try await $0.copyHeld($1) }
        serve(Calls.listHolds) { try await $0.listHolds($1) }

        serve(Calls.showQuota) { try await $0.showQuota($1) }
        serve(Calls.setQuota) { try await $0.setQuota($1) }
        serve(Calls.checkQuotas) { try await $0.checkQuotas($1) }
        serve(Calls.repairQuotas, first: { try await $0.countersToRepair($1) }, then: { try await $0.repairQuotas($1, $2) })

        serve(Calls.listQueue) { try await $0.listQueue($1) }
        serve(Calls.showQueued) { try await $0.showQueued($1) }
        serve(Calls.retryQueued) { try await $0.retryQueued($1) }
        serve(Calls.holdQueued) { try await $0.holdQueued($1) }
        serve(Calls.releaseQueued) { try await $0.releaseQueued($1) }
        serve(Calls.deleteQueued) { try await $0.deleteQueued($1) }
        serve(Calls.retryManyQueued) { try await $0.retryManyQueued($1) }
        serve(Calls.holdManyQueued) { try await $0.holdManyQueued($1) }
        serve(Calls.releaseManyQueued) { try await $0.releaseManyQueued($1) }
        serve(Calls.deleteManyQueued) { try await $0.deleteManyQueued($1) }

        serve(Calls.listLogins) { try await $0.listLogins($1) }
        serve(Calls.unlockLogins) { try await $0.unlockLogins($1) }

        serve(Calls.listSessions) { try await $0.listSessions($1) }
        serve(Calls.listPastLogins) { try await $0.listPastLogins($1) }
        serve(Calls.endSessions) { try await $0.endSessions($1) }

        serve(Calls.listWorkers) { try await $0.listWorkers($1) }
        serve(Calls.restartWorker) { try await $0.restartWorker($1) }

        serve(Calls.importCertificate) { try await $0.importCertificate($1) }
        serve(Calls.listCertificates) { try await $0.listCertificates($1) }
        serve(Calls.showCertificate) { try await $0.showCertificate($1) }
        serve(Calls.deleteCertificate) { try await $0.deleteCertificate($1) }

        serve(Calls.createAdministrator) { try await $0.createAdministrator($1) }
        serve(Calls.listAdministrators) { try await $0.listAdministrators($1) }
        serve(Calls.showAdministrator) { try await $0.showAdministrator($1) }
        serve(Calls.suspendAdministrator) { try await $0.suspendAdministrator($1) }
        serve(Calls.resumeAdministrator) { try await $0.resumeAdministrator($1) }
        serve(Calls.setAdministratorPassword) { try await $0.setAdministratorPassword($1) }
        serve(Calls.renewOneTimePassword) { try await $0.renewOneTimePassword($1) }
        serve(Calls.deleteAdministrator) { try await $0.deleteAdministrator($1) }

        serve(Calls.logIn, first: { try await $0.provedAdministrator($1) }, then: { try await $0.logIn($1, $2) })
        serve(Calls.showSession) { try await $0.showSession($1) }
        serve(Calls.setOwnPassword, first: { try await $0.provedNewHash($1) }, then: { try await $0.setOwnPassword($1, $2) })
        serve(Calls.logOut) { try await $0.logOut($1) }

        serve(Calls.listAudit) { try await $0.listAudit($1) }
        serve(Calls.verifyAudit) { try await $0.verifyAudit($1) }

        serve(Calls.listUsage) { try await $0.listUsage($1) }

        serve(Calls.explainDelivery) { try await $0.explainDelivery($1) }
        serve(Calls.explainLogin) { try await $0.explainLogin($1) }
        serve(Calls.explainSending) { try await $0.explainSending($1) }

        serve(Calls.names) { try await $0.names($1) }
        serve(Calls.status) { try await $0.status($1) }
        serve(Calls.showLoad) { try await $0.showLoad($1) }
    }
}

extension Calls {
    /// In the order in which the manual lists them.
    public static let all: [any AnyCall] = [
        createTenant, listTenants, showTenant, suspendTenant, resumeTenant, deleteTenant, undeleteTenant, compactTenant,
        createPlan, listPlans, showPlan, setPlan, deletePlan, assignPlan, showLimits, overrideLimits,
        previewApply, apply, listApplies, previewUndo, undo, exportState,
        createDomain, listDomains, showDomain, renameDomain, deleteDomain, undeleteDomain, checkDomain, domainRecords, setMTASTS,
        createDomainAlias, deleteDomainAlias,
        createDKIMKeys, activateDKIMKeys, listDKIMKeys, showDKIMKeys, deleteDKIMKey,
        claimDomain, verifyDomain, listClaims, unclaimDomain,
        createUser, importUsers, listUsers, showUser, suspendUser, resumeUser, setPassword, demandPassword, enableOneTimePasswords,
        disableOneTimePasswords, changePassword, renameUser, deleteUser, undeleteUser,
        createAppPassword, listAppPasswords, deleteAppPassword, createOwnAppPassword, listOwnAppPasswords, revokeOwnAppPassword,
        createAlias, listAliases, showAlias, deleteAlias, undeleteAlias,
        createGroup, listGroups, showGroup, setGroup, addMembers, removeMembers, deleteGroup, undeleteGroup,
        createSharedMailbox, listSharedMailboxes, showSharedMailbox, addSharedMembers, removeSharedMembers, deleteSharedMailbox,
        setVacation, showVacation, clearVacation, listVacations,
        setForward, showForward, clearForward, listForwards,
        listDeleted, setHold, releaseHold, copyHeld, listHolds,
        showQuota, setQuota, checkQuotas, repairQuotas,
        listQueue, showQueued, retryQueued, holdQueued, releaseQueued, deleteQueued, retryManyQueued, holdManyQueued,
        releaseManyQueued, deleteManyQueued,
        listLogins, unlockLogins, listSessions, listPastLogins, endSessions, listWorkers, restartWorker,
        importCertificate, listCertificates, showCertificate, deleteCertificate,
        createAdministrator, listAdministrators, showAdministrator, suspendAdministrator, resumeAdministrator, setAdministratorPassword,
        renewOneTimePassword, deleteAdministrator, logIn, showSession, setOwnPassword, logOut,
        listAudit, verifyAudit, listUsage, explainDelivery, explainLogin, explainSending, names, status, showLoad,
    ]
}

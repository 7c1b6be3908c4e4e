import AdminAPI
import Postgres

extension Provisioning {
    /// `administrator list`.
    func listAdministrators(_ request: AdminRequest<Nothing>) async throws -> [Administrator] { try await administrators() }

    /// `administrator show`.
    func showAdministrator(_ request: AdminRequest<Nothing>) async throws -> Administrator {
        try await administrator(request.path.require("name"))
    }

    /// `administrator suspend`: sessions end at once.
    func suspendAdministrator(_ request: AdminRequest<Nothing>) async throws -> Administrator {
        try await setState("suspended", request)
    }

    /// `administrator resume`.
    func resumeAdministrator(_ request: AdminRequest<Nothing>) async throws -> Administrator { try await setState("active", request) }

    private func setState(_ state: String, _ request: AdminRequest<Nothing>) async throws -> Administrator {
        let name = try await managed(request).name
        _ = try await database.query("UPDATE administrators SET state = $1 WHERE name = $2", [.text(state), .text(name.text)])
        if state == "suspended" { try await endSessions(of: name) }
        return try await administrator(name)
    }

    /// `administrator password`: sessions end.
    func setAdministratorPassword(_ request: AdminRequest<NewPassword>) async throws -> AdministratorSecrets {
        try request.body.password.validate()
        let name = try await managed(request).name
        try await check(request.body.password, of: .administrator(name))
        let password = try request.body.password.resolved()
        _ = try await database.query(
            "UPDATE administrators SET hash = $1 WHERE name = $2",
            [.text(try await hashing.hash(password.text, for: callingParty)), .text(name.text)])
        try await endSessions(of: name)
        return AdministratorSecrets(name: name, generatedPassword: password.isGenerated ? password.text : nil)
    }

    /// `administrator totp`: the former one-time passwords are good no longer; sessions end.
    func renewOneTimePassword(_ request: AdminRequest<Nothing>) async throws -> AdministratorSecrets {
        let name = try await managed(request).name
        let (oneTime, sealed) = try sessions.newOneTimePassword()
        _ = try await database.query(
            "UPDATE administrators SET totp_secret = $1, totp_step = 0 WHERE name = $2", [.bytea(sealed), .text(name.text)])
        try await endSessions(of: name)
        return AdministratorSecrets(name: name, oneTimePassword: oneTime.address(issuer: "Casella", account: name.text))
    }

    /// `administrator delete`.
    func deleteAdministrator(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name = try await managed(request).name
        forgetLogins(account: AdministratorSessions.account(name))
        _ = try await database.query("DELETE FROM administrators WHERE name = $1", [.text(name.text)])
        return Nothing()
    }
}

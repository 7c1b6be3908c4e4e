import AdminAPI
import Glibc
import Postgres
import Supervision

extension Provisioning {
    /// `explain login`: what a login with the right password would meet.
    func explainLogin(_ request: AdminRequest<Nothing>) async throws -> Explanation {
        let asked: EmailAddress = try request.query.require("address"), address = domains.canonical(asked)
        guard let service = request.query["service"].map(MailService.init(rawValue:)) ?? .imap else {
            throw AdminError(.invalid, "That is no service.", hint: MailService.allCases.map(\.rawValue).joined(separator: ", "))
        }
        var steps = otherName(of: address, asked)
        if service == .web { steps.append(wayToAccountPages) }
        if let client = request.query["from"] { steps.append(try pace(of: address, from: client, tellsAll: request.caller.part == nil)) }
        guard let user = try await users(at: address).first else {
            if let kept = try await keptNote(.user, of: address.text) {
                steps.append(.refuses("user \(address)", kept.says, reply: service.refusal, change: kept.change))
                return Explanation(steps, otherwise: "")
            }
            let alias = try await aliases(at: AliasAddress(address.text)).first
            steps.append(
                .refuses(
                    "user \(address)", alias == nil ? "There is no such user." : "It is an alias; people log in as the user it leads to.",
                    reply: service.refusal, change: alias == nil ? "user create \(address)" : nil))
            return Explanation(steps, otherwise: "")
        }
        guard user.shared != true else {
            let says = "It is a shared mailbox, without a login: its members open it with their own."
            steps.append(.refuses("user \(address)", says, reply: service.refusal, change: "mailbox add \(address)"))
            return Explanation(steps, otherwise: "")
        }
        steps.append(.passes("user \(address)", "It is a user of tenant \(user.tenant)."))
        let tenant = try await tenant(user.tenant)
        steps.append(
            suspension(of: "login of \(address)", user.suspended, user.suspensionReason, service)
                .changed(by: "user resume \(address) --login"))
        steps.append(
            suspension(of: "tenant \(tenant.name)", tenant.suspended, tenant.suspensionReason, service)
                .changed(by: "tenant resume \(tenant.name) --login"))
        steps.append(try await service == .web ? passwordOnTheWeb(of: user) : password(of: user, service))
        steps.append(try await planned(service, for: address))
        if let reply = service.tooMany { steps += try await room(for: user, reply, tellsAll: request.caller.part?.domain == nil) }
        return Explanation(steps, otherwise: "With the right password, \(address) would be logged in.")
    }

    private var wayToAccountPages: Explanation.Step {
        let rule = "account pages"
        guard !facts.web.hasAccountPages else {
            let port = facts.web.port == PublicListeners.standardWebPort ? "" : ":\(facts.web.port)"
            return .passes(rule, "People see to their accounts at https://\(facts.hostname)\(port)/account.")
        }
        return .refuses(
            rule, "There are none on this platform.", reply: "404 Not Found", change: "accountPages and httpsPort in casella.json")
    }

    /// - Parameter tellsAll: who administers a tenant learns what a login would meet, and not how many wrong ones came from there for
    ///   accounts of others.
    private func pace(of address: EmailAddress, from client: String, tellsAll: Bool) throws -> Explanation.Step {
        guard client.utf8.allSatisfy({ $0.isAddressCharacter }), client.contains(".") || client.contains(":") else {
            throw AdminError(.invalid, "The host is not understood.", hint: "Give its address, such as 192.0.2.7 or 2001:db8::7.")
        }
        let rule = "wrong logins from \(client)"
        let remedy = [[address.text], [client], [address.text, client]].first { names in
            switch authenticator.pace(of: address, from: client, unlocked: names) {
            case .familiar, .delayed(.zero): true
            case .delayed, .closed: false
            }
        }
        guard tellsAll || remedy == [address.text] else { return untold(rule, authenticator.pace(of: address, from: client)) }
        let unlocking = remedy?.map { "login unlock \($0)" }.joined(separator: ", and ")
        switch authenticator.pace(of: address, from: client) {
        case .familiar: return .passes(rule, "The account was logged in to from there before; strangers cannot close it to that place.")
        case .delayed(.zero): return .passes(rule, "There were not so many that it would be slowed.")
        case .delayed(let delay):
            return .tells(
                rule, "It would be tried after \(delay), for the wrong ones before it.", change: unlocking)
        case .closed:
            return .refuses(
                rule, "There were so many that it would be refused untried.", reply: "as a wrong password",
                change: unlocking)
        }
    }

    /// Where it is not wrong logins to this account alone that decide.
    private func untold(_ rule: String, _ pace: Authenticator.LoginPace) -> Explanation.Step {
        switch pace {
        case .familiar: .passes(rule, "The account was logged in to from there before; strangers cannot close it to that place.")
        case .delayed(.zero): .passes(rule, "It would be tried at once.")
        case .delayed: .tells(rule, "It would be tried a little later.")
        case .closed: .refuses(rule, "It would be refused untried.", reply: "as a wrong password", change: nil)
        }
    }

    private func suspension(
        of rule: String, _ suspended: [Suspendable], _ reason: SuspensionReason?, _ service: MailService
    ) -> Explanation.Step {
        guard suspended.contains(.login) else { return .passes(rule, "Logins are not suspended.") }
        guard let reason else {
            return .refuses(rule, "Logins are suspended, without a reason.", reply: service.refusal, change: nil)
        }
        return .refuses(rule, "Logins are suspended: \(reason)", reply: service.suspended, change: nil)
    }

    private func password(of user: User, _ service: MailService) async throws -> Explanation.Step {
        let devices = try await appPasswords(of: user.address).filter { $0.services.contains(service) }
        let rule = "password of \(user.address)"
        let names = devices.isEmpty ? "." : ", and app passwords for this service: \(devices.map(\.name.text).joined(separator: ", "))."
        guard user.hasPassword else {
            guard devices.isEmpty else { return .passes(rule, "It has no password of its own" + names) }
            return .refuses(
                rule, "It has neither a password nor an app password for this service.", reply: service.refusal,
                change: "user password \(user.address)")
        }
        guard let (bar, change) = bar(of: user) else { return .passes(rule, "It has a password of its own\(due(of: user))" + names) }
        guard devices.isEmpty else { return .passes(rule, bar + names) }
        return .refuses(rule, bar + ", and no app password for this service.", reply: service.suspended, change: change)
    }

    /// There nothing but the own password counts, and what else is needed is asked for.
    private func passwordOnTheWeb(of user: User) -> Explanation.Step {
        let rule = "password of \(user.address)"
        guard user.hasPassword else {
            return .refuses(
                rule, "It has no password of its own, and no app password opens the web.", reply: MailService.web.refusal,
                change: "user password \(user.address)")
        }
        let code = user.hasOneTimePasswords ? ", and a one-time password is asked for" : ""
        if let due = user.passwordChangeDue, due.secondsSince1970 <= Int64(time(nil)) {
            return .passes(rule, "It has a password that must be changed since \(due)\(code); nothing else can be done there before.")
        }
        return .passes(rule, "It has a password of its own\(due(of: user))\(code).")
    }

    /// Why the user's own password opens nothing, and the command that changes it.
    private func bar(of user: User) -> (String, change: String)? {
        guard !user.hasOneTimePasswords else {
            let says = "It has a password that is not enough alone, since it has one-time passwords"
            return (says, "app-password create \(user.address), or user totp \(user.address) --off")
        }
        guard let due = user.passwordChangeDue, due.secondsSince1970 <= Int64(time(nil)) else { return nil }
        return ("It has a password that must be changed since \(due)", "user must-change \(user.address) --off")
    }

    private func due(of user: User) -> String { user.passwordChangeDue.map { ", which must be changed by \($0)" } ?? "" }

    /// Whether the user's plan has the service.
    func planned(_ service: MailService, for address: EmailAddress) async throws -> Explanation.Step {
        let limit = try await limits(of: .user(address))[.protocols]
        guard let allowed = limit.value.services, !allowed.contains(service) else {
            return .passes("protocols", "\(service.rawValue) is allowed: \(limit.source).")
        }
        return .refuses(
            "protocols", "\(limit.source) allows \(limit.value), and not \(service.rawValue).", reply: service.suspended,
            change: "plan override \(address) --protocols \((allowed + [service]).map(\.rawValue).joined(separator: ","))")
    }

    /// - Parameter tellsAll: who administers one domain learns nothing of the others, but that the tenant has no room.
    private func room(for user: User, _ tooMany: String, tellsAll: Bool) async throws -> [Explanation.Step] {
        let keys = try await change { transaction in try await find(user.address, in: transaction) }
        let own = try await liveSessions.all(tenant: keys.tenant, user: keys.user).count
        let all = try await liveSessions.all(tenant: keys.tenant, user: nil).count
        var tenants = sessions(
            "sessions of tenant \(user.tenant)", all, of: facts.sessionsPerTenant, "a tenant", reply: tooMany, target: user.tenant.text,
            setting: "sessionsPerTenant")
        if !tellsAll, tenants.verdict != .refuses { tenants = .passes(tenants.rule, "They are not so many that it would be refused.") }
        return [
            sessions(
                "sessions", own, of: facts.sessionsPerUser, "a user", reply: tooMany, target: user.address.text,
                setting: "sessionsPerUser"),
            tenants,
        ]
    }

    /// As the gateway decides (`RelayedSessions`), which tells of a bounded number of sessions.
    func sessions(
        _ rule: String, _ open: Int, of limit: Int, _ whose: String, reply: String, target: String, setting: String
    ) -> Explanation.Step {
        if open < limit, open >= LiveSession.listLimit {
            return .tells(rule, "At least \(open) of \(limit) sessions that \(whose) may have are open.")
        }
        let says = "\(open) of \(limit) sessions that \(whose) may have are open."
        guard open >= limit else { return .passes(rule, says) }
        return .refuses(rule, says, reply: reply, change: "session end \(target), or \(setting) in casella.json")
    }
}

extension MailService {
    fileprivate var refusal: String {
        switch self {
        case .imap: "NO [AUTHENTICATIONFAILED]"
        case .pop3: "-ERR [AUTH]"
        case .submission: "535 5.7.8"
        case .web: "as a wrong password"
        }
    }
    fileprivate var suspended: String {
        switch self {
        case .imap: "NO [CONTACTADMIN]"
        case .pop3: "-ERR [SYS/PERM]"
        case .submission: "535 5.7.13"
        case .web: "the reason, on the page"
        }
    }
    /// nil: the control plane, which has the sessions itself, bounds them otherwise.
    fileprivate var tooMany: String? {
        switch self {
        case .imap: "NO [LIMIT]"
        case .pop3: "-ERR [SYS/TEMP]"
        case .submission: "454 4.7.0"
        case .web: nil
        }
    }
}

extension UInt8 {
    var isAddressCharacter: Bool {
        (0x30...0x39).contains(self) || (0x61...0x66).contains(self | 0x20) || self == UInt8(ascii: ".") || self == UInt8(ascii: ":")
    }
}

import AdminAPI
import Foundation
import Runtime

@testable import ControlPlane

/// Requests, a line each: the command, what is asked, its body, and how it is answered if not by 200.
struct FencedRequest: Sendable {
    let command: String, method: String, target: String, body: String, status: Int

    init(_ line: Substring) {
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        let asked = parts[1].split(separator: " ").map(String.init)
        (command, method, target) = (parts[0], asked[0], asked[1])
        body = parts.count > 2 ? parts[2] : ""
        status = parts.count > 3 ? Int(parts[3]) ?? 200 : 200
    }

    static func list(_ text: String) -> [FencedRequest] { text.split(separator: "\n").map { FencedRequest($0) } }

    /// What roles of a tenant or a domain read, and some that others do; once all of `changing` up to the deletions is made.
    static let reading = list(#"""
        tenant list | GET /tenants
        tenant show | GET /tenants/acme
        plan limits | GET /limits/ann@acme.example
        plan list | GET /plans
        plan show | GET /plans/default
        applies | GET /applies
        apply --dry-run | POST /applies/preview | {"desired":DESIRED}
        export | GET /tenants/acme/state
        domain list | GET /domains
        domain show | GET /domains/acme.example
        domain check | GET /domains/acme.example/check
        domain dns | GET /domains/acme.example/dns
        dkim list | GET /dkim
        dkim show | GET /domains/acme.example/dkim
        domain claims | GET /claims
        user list | GET /users
        user show | GET /users/ann@acme.example
        app-password list | GET /users/ann@acme.example/app-passwords
        alias list | GET /aliases
        alias show | GET /aliases/info@acme.example
        group list | GET /groups
        group show | GET /groups/team@acme.example
        mailbox list | GET /mailboxes
        mailbox show | GET /mailboxes/desk@acme.example
        vacation show | GET /users/ann@acme.example/vacation
        vacation list | GET /vacations
        forward show | GET /users/ann@acme.example/forward
        forward list | GET /forwards
        deleted list | GET /deleted
        hold list | GET /holds
        quota show | GET /quotas/ann@acme.example
        quota check | GET /quota-checks?target=acme
        queue list | GET /queue
        queue show | GET /queue/7
        login list | GET /logins
        session list | GET /sessions?target=ann@acme.example | | 503
        session history | GET /session-history?target=ann@acme.example
        worker list | GET /workers
        certificate list | GET /certificates
        certificate show | GET /certificates/gone.example | | 404
        administrator list | GET /administrators
        administrator show | GET /administrators/hal
        session show | GET /session
        audit list | GET /audit
        audit verify | GET /audit-verification
        usage | GET /usage
        explain delivery | POST /explanations/delivery?address=info@acme.example&from=team@acme.example | {"header":"To: x@y.example\r\n"}
        explain login | GET /explanations/login?address=ann@acme.example&service=web
        explain send | POST /explanations/sending?address=ann@acme.example&as=desk@acme.example&to=team@acme.example | {}
        status | GET /status
        top | GET /load
        """#)

    /// What roles of a tenant or a domain change, in an order in which each finds what it needs.
    static let changing = list(#"""
        domain claim | POST /claims | {"name":"new.example"}
        domain verify | POST /claims/new.example/verify
        domain claim | POST /claims | {"name":"newer.example"}
        domain unclaim | DELETE /claims/newer.example
        domain mta-sts | PUT /domains/acme.example/mta-sts | {"mode":"testing"}
        dkim create | POST /domains/acme.example/dkim | {"selector":"may"}
        dkim activate | POST /domains/acme.example/dkim/activate
        user create | POST /users | {"address":"ann@acme.example","password":{"given":"correct horse battery"}}
        user import | POST /users/import | {"users":[{"address":"bob@acme.example"},{"address":"eve@acme.example"}]}
        user suspend | POST /users/ann@acme.example/suspend | {"what":["incoming"]}
        user resume | POST /users/ann@acme.example/resume | {}
        user password | POST /users/ann@acme.example/password | {"password":{"given":"staple that horse"}}
        user must-change | POST /users/ann@acme.example/must-change | {"within":3600}
        user totp | POST /users/ann@acme.example/totp
        user totp --off | DELETE /users/ann@acme.example/totp
        app-password create | POST /users/ann@acme.example/app-passwords | {"name":"phone"}
        app-password create | POST /users/ann@acme.example/app-passwords | {"name":"tablet"}
        app-password delete | DELETE /users/ann@acme.example/app-passwords/tablet
        login unlock | POST /logins/ann@acme.example/unlock | | 404
        quota set | PUT /quotas/ann@acme.example | {"bytes":1000000}
        alias create | POST /aliases | {"address":"info@acme.example","targets":["ann@acme.example","x@far.example"]}
        alias create | POST /aliases | {"address":"more@acme.example","targets":["ann@acme.example"]}
        alias delete | DELETE /aliases/more@acme.example
        alias undelete | POST /aliases/more@acme.example/undelete
        group create | POST /groups | {"address":"team@acme.example","posting":"members","owners":["ann@acme.example"],"members":[]}
        group set | PUT /groups/team@acme.example | {"owners":["bob@acme.example"]}
        group add | POST /groups/team@acme.example/add | {"members":["bob@acme.example","eve@acme.example"]}
        group remove | POST /groups/team@acme.example/remove | {"members":["eve@acme.example"]}
        mailbox create | POST /mailboxes | {"address":"desk@acme.example"}
        mailbox add | POST /mailboxes/desk@acme.example/add | {"members":["ann@acme.example"],"rights":"read","sends":true}
        mailbox add | POST /mailboxes/desk@acme.example/add | {"members":["bob@acme.example"],"rights":"read","sends":false}
        mailbox remove | POST /mailboxes/desk@acme.example/remove | {"members":["bob@acme.example"]}
        vacation set | PUT /users/ann@acme.example/vacation | {"subject":"Away","text":"Back soon"}
        forward set | PUT /users/ann@acme.example/forward | {"to":["bob@acme.example"],"copy":true}
        administrator create | POST /administrators | {"name":"hal","role":"help-desk","tenant":"acme","password":{"generate":true}}
        administrator suspend | POST /administrators/hal/suspend
        administrator resume | POST /administrators/hal/resume
        administrator password | POST /administrators/hal/password | {"password":{"generate":true}}
        administrator totp | POST /administrators/hal/totp
        queue hold | POST /queue/7/hold | | 503
        queue release | POST /queue/7/release | | 503
        queue retry | POST /queue/7/retry | | 503
        queue delete | DELETE /queue/7 | | 503
        queue retry --all | POST /queue/retry | {"tenant":"acme"} | 503
        queue hold --all | POST /queue/hold | {"tenant":"acme"} | 503
        queue release --all | POST /queue/release | {"tenant":"acme"}
        queue delete --all | POST /queue/delete | {"tenant":"acme"} | 503
        session end | POST /sessions/ann@acme.example/end | | 503
        apply --dry-run | POST /applies/preview | {"desired":DESIRED}
        apply | POST /applies | {"desired":DESIRED,"fingerprint":"FINGERPRINT"}
        undo --dry-run | GET /applies/NUMBER/undo
        undo | POST /applies/NUMBER/undo | {"fingerprint":"FINGERPRINT"}
        """#)

    /// The rest of `changing`.
    static let deleting = list(#"""
        vacation clear | DELETE /users/ann@acme.example/vacation
        forward clear | DELETE /users/ann@acme.example/forward
        group delete | DELETE /groups/team@acme.example
        group undelete | POST /groups/team@acme.example/undelete
        mailbox delete | DELETE /mailboxes/desk@acme.example
        dkim create | POST /domains/acme.example/dkim | {"selector":"june"}
        dkim delete | DELETE /domains/acme.example/dkim/juner
        user rename | POST /users/bob@acme.example/rename | {"address":"rob@acme.example","keepAlias":true}
        user delete | DELETE /users/eve@acme.example
        user undelete | POST /users/eve@acme.example/undelete | {}
        user delete | DELETE /users/eve@acme.example?now=true
        administrator delete | DELETE /administrators/hal
        session password | POST /session/password | {"old":"OWN","new":{"given":"a wholly different sentence"}}
        session logout | DELETE /session
        """#)
}

/// What earlier answers told, for later requests.
struct ToldByCalls: Sendable {
    var fingerprint = "", number = ""

    func fill(_ text: String) -> String {
        let alias = #"{"address":"all@acme.example","targets":["x@far.example"]}"#
        return text.replacing(
            "DESIRED", with: #"{"tenant":{"name":"acme","domains":[{"name":"acme.example"}],"aliases":[\#(alias)]}}"#
        ).replacing("FINGERPRINT", with: fingerprint).replacing("NUMBER", with: number)
            .replacing("OWN", with: TestPlatform.administratorPassword)
    }

    mutating func learn(_ answer: AdminResponse) {
        if let preview = try? JSONDecoder().decode(ApplyPreview.self, from: Data(answer.body)) { fingerprint = preview.fingerprint }
        if let applied = try? JSONDecoder().decode(Applied.self, from: Data(answer.body)), let made = applied.number {
            number = "\(made)"
        }
    }
}

extension AdminRouter {
    func answer(_ request: FencedRequest, _ told: ToldByCalls, from origin: AdminOrigin) async -> AdminResponse {
        await answer(
            method: request.method, target: told.fill(request.target), body: Array(told.fill(request.body).utf8), from: origin)
    }
}

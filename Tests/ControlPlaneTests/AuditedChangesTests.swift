import AdminAPI
import Cryptography
import Foundation
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// What the audit log says that a call changed: before and after.
@Suite("Audited changes", .serialized, .timeLimit(.minutes(3))) @EventLoopActor struct AuditedChangesTests {
    /// Calls in an order in which each changes something: what it is, and what its record must tell.
    private static let script = #"""
        plan create | POST /plans | {"name":"small","limits":{}} | "small"
        plan set | PUT /plans/small | {"users":9} | 9
        plan assign | PUT /tenants/acme/plan | {"plan":"small"} | "small"
        plan assign | PUT /tenants/acme/plan | {"plan":"default"} | "default"
        plan delete | DELETE /plans/small | | "small"
        plan override | PUT /limits/acme | {"users":50} | 50
        tenant suspend | POST /tenants/acme/suspend | {} | suspended
        tenant resume | POST /tenants/acme/resume | {} | suspended
        quota set | PUT /quotas/acme | {"bytes":1000000} | 1000000
        domain create | POST /domains | {"name":"b.example","tenant":"acme"} | "b.example"
        domain mta-sts | PUT /domains/b.example/mta-sts | {"mode":"testing"} | "testing"
        domain alias | POST /domain-aliases | {"name":"also.example","domain":"b.example"} | "b.example"
        dkim create | POST /domains/b.example/dkim | {"selector":"may"} | "mayr._domainkey.b.example": "waiting"
        dkim create | POST /domains/also.example/dkim | {"selector":"may"} | "mayr._domainkey.also.example": "waiting"
        dkim activate | POST /domains/also.example/dkim/activate?unchecked=true | | "mayr._domainkey.also.example": "active"
        dkim activate | POST /domains/b.example/dkim/activate?unchecked=true | | "mayr._domainkey.b.example": "active"
        dkim delete | DELETE /domains/b.example/dkim/mayr | | "mayr._domainkey.b.example": "active"
        domain unalias | DELETE /domain-aliases/also.example | | "b.example"
        domain rename | POST /domains/b.example/rename | {"name":"c.example","keepAlias":false} | "c.example"
        domain delete | DELETE /domains/c.example | | kept_until
        domain undelete | POST /domains/c.example/undelete | | "c.example"
        domain claim | POST /claims | {"name":"new.example","tenant":"acme"} | claimed
        domain unclaim | DELETE /claims/new.example?tenant=acme | | claimed
        user create | POST /users | {"address":"ann@acme.example","password":{"given":"correct horse battery"}} | "ann"
        user import | POST /users/import | {"users":[{"address":"bob@acme.example"}]} | bob@acme.example
        user suspend | POST /users/ann@acme.example/suspend | {"what":["incoming"]} | incoming
        user resume | POST /users/ann@acme.example/resume | {} | incoming
        user change-password | POST /self/password | {"proof":OLD,"new":{"given":"staple that horse"}} | password_changed_at
        self app-password | POST /self/app-passwords | {"proof":NEW,"appPassword":{"name":"phone"}} | phone
        self revoke | POST /self/app-passwords/revoke | {"proof":NEW,"name":"phone"} | phone
        app-password create | POST /users/ann@acme.example/app-passwords | {"name":"tablet"} | tablet
        app-password delete | DELETE /users/ann@acme.example/app-passwords/tablet | | tablet
        user password | POST /users/ann@acme.example/password | {"password":{"generate":true}} | password_changed_at
        user must-change | POST /users/ann@acme.example/must-change | {"within":3600} | password_change_by
        user totp | POST /users/ann@acme.example/totp | | totp
        user totp --off | DELETE /users/ann@acme.example/totp | | totp
        alias create | POST /aliases | {"address":"info@acme.example","targets":["ann@acme.example"]} | ann@acme.example
        alias delete | DELETE /aliases/info@acme.example | | "targets": [["ann@acme.example"], null]
        alias undelete | POST /aliases/info@acme.example/undelete | | "targets": [null, ["ann@acme.example"]]
        alias delete | DELETE /aliases/info@acme.example | | kept_until
        group create | POST /groups | {"address":"team@acme.example","posting":"anyone","owners":[],"members":["x@far.example"]} | anyone
        group set | PUT /groups/team@acme.example | {"posting":"members"} | members
        group add | POST /groups/team@acme.example/add | {"members":["bob@acme.example"]} | bob@acme.example
        group remove | POST /groups/team@acme.example/remove | {"members":["bob@acme.example"]} | bob@acme.example
        group delete | DELETE /groups/team@acme.example | | "members": [["x@far.example"], null]
        group undelete | POST /groups/team@acme.example/undelete | | "members": [null, ["x@far.example"]]
        group delete | DELETE /groups/team@acme.example?now=true | | "destroyed": [null, true]
        mailbox create | POST /mailboxes | {"address":"desk@acme.example"} | "desk"
        mailbox add | POST /mailboxes/desk@acme.example/add | {"members":["ann@acme.example"],"rights":"read","sends":false} | ann@
        mailbox remove | POST /mailboxes/desk@acme.example/remove | {"members":["ann@acme.example"]} | ann@acme.example
        mailbox delete | DELETE /mailboxes/desk@acme.example | | kept_until
        vacation set | PUT /users/ann@acme.example/vacation | {"subject":"Away","text":"Back soon"} | Away
        vacation clear | DELETE /users/ann@acme.example/vacation | | Away
        forward set | PUT /users/ann@acme.example/forward | {"to":["x@far.example"]} | x@far.example
        forward clear | DELETE /users/ann@acme.example/forward | | x@far.example
        hold set | POST /holds/bob@acme.example | {"reason":"case 7"} | "hold": [null, ["case 7"]]
        hold release | DELETE /holds/bob@acme.example | | "hold": [["case 7"], null]
        hold set | POST /holds/acme.example | {"reason":"case 8"} | "hold": [null, ["case 8"]]
        hold set | POST /holds/acme | {"reason":"case 9"} | "hold": [null, ["case 9"]]
        hold release | DELETE /holds/acme | | "hold": [["case 9"], null]
        hold release | DELETE /holds/acme.example | | "hold": [["case 8"], null]
        user rename | POST /users/bob@acme.example/rename | {"address":"rob@acme.example","keepAlias":false} | "rob"
        user delete | DELETE /users/rob@acme.example | | kept_until
        user undelete | POST /users/rob@acme.example/undelete | {} | "rob"
        user delete | DELETE /users/rob@acme.example | | kept_until
        hold set | POST /holds/rob@acme.example | {"reason":"case 10"} | "hold": [null, ["case 10"]]
        hold release | DELETE /holds/rob@acme.example | | "hold": [["case 10"], null]
        user delete | DELETE /users/rob@acme.example?now=true | | "destroyed": [null, true]
        administrator create | POST /administrators | {"name":"sam","role":"auditor","password":{"generate":true}} | auditor
        administrator suspend | POST /administrators/sam/suspend | | suspended
        administrator resume | POST /administrators/sam/resume | | suspended
        administrator totp | POST /administrators/sam/totp | | totp
        administrator password | POST /administrators/sam/password | {"password":{"given":"staple that horse"}} | password
        session login | POST /session | LOGIN | sessions
        session password | POST /session/password | {"old":"staple that horse","new":{"given":"correct horse battery"}} | password
        session login | POST /session | LOGIN | sessions
        session logout | DELETE /session | | sessions
        administrator delete | DELETE /administrators/sam | | auditor
        """#

    /// Those whose answer tells it, for other processes do it.
    private static let told: [String: any TellsChanges.Type] = [
        "tenant compact": Compaction.self, "hold copy": HeldCopies.self, "quota check --repair": QuotaCheck.self,
        "worker restart": Worker.self, "login unlock": UnlockedLogins.self, "session end": EndedSessions.self,
        "certificate import": Certificate.self,
        "queue retry --all": QueueBatch.self, "queue hold --all": QueueBatch.self, "queue release --all": QueueBatch.self,
        "queue delete --all": QueueBatch.self,
        "tenant delete": Deletion.self, "apply": Applied.self, "undo": Applied.self,
    ]
    /// Those whose subject's state is that of the others, or is looked at by itself below.
    private static let alike: Set = [
        "tenant create", "tenant undelete", "domain verify", "queue retry", "queue hold", "queue release", "queue delete",
        "certificate delete",
    ]

    private struct Line {
        let command: String, method: String, target: String, body: String, expected: String

        init(_ text: Substring) {
            let parts = text.split(separator: "|", maxSplits: 3, omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            let request = parts[1].split(separator: " ").map(String.init)
            (command, method, target, expected) = (parts[0], request[0], request[1], parts[3])
            func proof(_ password: String) -> String { #"{"address":"ann@acme.example","password":"\#(password)"}"# }
            body = parts[2].replacing("OLD", with: proof("correct horse battery")).replacing("NEW", with: proof("staple that horse"))
        }
    }

    @Test("Every call that changes something tells what, before and after, and no secret") func all() async throws {
        let platform = try await TestPlatform(), router = AdminRouter(platform.calls(), database: platform.control)
        router.serveAll()
        let lines = Self.script.split(separator: "\n").map { Line($0) }
        let known = Set(lines.map(\.command)).union(Self.told.keys).union(Self.alike)
        #expect(known == Set(Calls.all.filter { $0.effect != .reads }.map(\.command)), "a line for each call")
        var token: String?, isSecondLogin = false
        for line in lines {
            var body = line.body
            let isOwn = line.target.hasPrefix("/session") || line.target.hasPrefix("/self")
            if body == "LOGIN" {
                // One-time passwords are good once.
                let sam = "UPDATE administrators SET totp_step = 0 WHERE name = 'sam' RETURNING totp_secret"
                let sealed = try #require(try await platform.owner.query(sam).first?.bytes(0))
                let step = OneTimePassword.step(at: Int64(Date().timeIntervalSince1970))
                let code = try OneTimePassword(secret: SealedBox.open(sealed, key: [UInt8](repeating: 1, count: 32))).password(ofStep: step)
                let password = isSecondLogin ? "correct horse battery" : "staple that horse"
                body = #"{"name":"sam","password":"\#(password)","oneTimePassword":"\#(code)"}"#
                isSecondLogin = true
            }
            let origin = isOwn ? AdminOrigin.network(address: "192.0.2.1", token: token) : .machine(user: "jo")
            let answer = await router.answer(method: line.method, target: line.target, body: Array(body.utf8), from: origin)
            #expect(answer.status == 200, "\(line.command): \(String(decoding: answer.body, as: UTF8.self))")
            if line.command == "session login" { token = try JSONDecoder().decode(AdminToken.self, from: Data(answer.body)).token }
            let event = try #require(try await newest(platform))
            #expect(event.command == line.command && event.result == "done" && !event.target.isEmpty)
            #expect(event.changes.contains(line.expected), "\(line.command): \(event.changes)")
            for secret in ["horse", "$argon2", token ?? "horse"] { #expect(!event.changes.contains(secret), "\(line.command)") }
        }
        await platform.close()
    }

    private func newest(_ platform: TestPlatform) async throws -> AuditEvent? {
        try await platform.calls().listAudit(platform.request(Nothing(), [:], query: ["count": "1"])).first
    }

    @Test("An apply is recorded with its number, a digest of what it changed, and counts; so is its undoing") func applies() async throws {
        let platform = try await TestPlatform(), router = AdminRouter(platform.calls(), database: platform.control)
        router.serveAll()
        func ask<Answer: Decodable>(_ method: String, _ target: String, _ body: String, as: Answer.Type) async throws -> Answer {
            let answer = await router.answer(method: method, target: target, body: Array(body.utf8), from: .machine(user: "jo"))
            #expect(answer.status == 200, "\(target): \(String(decoding: answer.body, as: UTF8.self))")
            return try JSONDecoder().decode(Answer.self, from: Data(answer.body))
        }
        let alias = #"{"address":"info@acme.example","targets":["x@far.example"]}"#
        let desired = #"{"tenant":{"name":"acme","domains":[{"name":"acme.example"}],"aliases":[\#(alias)]}}"#
        let preview = try await ask("POST", "/applies/preview", #"{"desired":\#(desired)}"#, as: ApplyPreview.self)
        let body = #"{"desired":\#(desired),"fingerprint":"\#(preview.fingerprint)"}"#
        let applied = try await ask("POST", "/applies", body, as: Applied.self)
        let number = try #require(applied.number)
        #expect(applied.counts == ["add alias": 1])
        var changes = try #require(try await newest(platform)).changes
        let digest = try #require(applied.digest)
        #expect(changes.contains(#""digest": [null, "\#(digest)"]"#) && changes.contains(#""counts": [null, {"add alias": 1}]"#))
        #expect(changes.contains(#""last_apply": [null, \#(number)]"#) && changes.contains(#""apply": [null, \#(number)]"#))
        let row = "SELECT encode(sha256(convert_to(forward::text, 'UTF8')), 'hex') FROM applies WHERE number = $1"
        #expect(try await platform.owner.query(row, [.int8(number)]).first?.text(0) == digest)
        let way = try await ask("GET", "/applies/\(number)/undo", "", as: ApplyPreview.self)
        let undone = try await ask("POST", "/applies/\(number)/undo", #"{"fingerprint":"\#(way.fingerprint)"}"#, as: Applied.self)
        changes = try #require(try await newest(platform)).changes
        let back = try #require(undone.digest)
        #expect(changes.contains("undone_by") && changes.contains(back) && back != digest)
        await platform.close()
    }

    @Test("Queued messages are told of as they were, also when they are gone") func queued() async throws {
        let platform = try await TestPlatform(), id = try QueueID("7")
        try await platform.owner.script(
            """
            INSERT INTO queue_messages
                (tenant_id, queue_id, delivery_id, reverse_path, blob_segment, blob_offset, blob_length, size, expires_at)
                SELECT \(platform.tenant), 7, 'x', 'ann@acme.example', 0, 0, 1, 5, now();
            INSERT INTO queue_recipients (tenant_id, queue_id, recipient_id, address)
                SELECT \(platform.tenant), 7, n, 'x' || n || '@far.example' FROM generate_series(1, 30) n
            """)
        func state() async throws -> String? {
            try await AdminSubject.queued(id).auditedState(platform.control, of: Calls.retryQueued)
        }
        func changes(_ statement: String) async throws -> String {
            let before = try await state()
            try await platform.owner.script(statement)
            return try await AuditedChanges.between(before, try await state(), told: nil, platform.control)
        }
        #expect(try await changes("UPDATE queue_messages SET held = true") == #"{"held": [false, true]}"#)
        #expect(try await changes("UPDATE queue_recipients SET next_attempt_at = now() + interval '1 hour'").contains("next_attempt_at"))
        let gone = try await changes("DELETE FROM queue_messages")
        for told in ["ann@acme.example", "x20@far.example", #""recipient_count": [30, null]"#] { #expect(gone.contains(told), "\(gone)") }
        #expect(!gone.contains("x21@"))
        await platform.close()
    }

    @Test("Why there is a hold is told to none of the tenant's administrators") func reasons() async throws {
        let platform = try await TestPlatform(), router = AdminRouter(platform.calls(), database: platform.control)
        router.serveAll()
        let body = Array(#"{"reason":"a secret of the court"}"#.utf8)
        #expect(await router.answer(method: "POST", target: "/holds/acme", body: body, from: .machine(user: "jo")).status == 200)
        #expect(await router.answer(method: "DELETE", target: "/holds/acme", body: [], from: .machine(user: "jo")).status == 200)
        let part = AdministeredPart(tenant: platform.tenant, tenantName: try TenantName("acme"), domain: nil, domainName: nil)
        let caller = AdminCaller(name: "sam", role: .tenantAdministrator, part: part, origin: "192.0.2.1", session: nil)
        let request = AdminRequest(body: Nothing(), path: PathParameters([:]), query: PathParameters([:]), caller: caller)
        let theirs = try await platform.calls().confined(to: DatabaseFence(reach: .part(part))).listAudit(request)
        #expect(theirs.map(\.command) == ["hold release", "hold set"] && theirs.map(\.changes) == ["", ""])
        let all = try await platform.calls().listAudit(platform.request(Nothing(), [:]))
        #expect(all.allSatisfy { $0.changes.contains("a secret of the court") } && all.count == 2)
        await platform.close()
    }

    @Test("What other processes do is told by the answer") func told() throws {
        let usage = Usage(bytes: .init(5), messages: 1)
        let wrong = QuotaComparison(
            level: .user, name: "ann@acme.example", tenant: try TenantName("acme"), counted: usage, recounted: .none)
        let compared = QuotaCheck.Compared(users: 1, domains: 1, tenants: 1)
        #expect(
            QuotaCheck(compared: compared, levels: [wrong], repaired: true).auditedText
                == #"{"repaired":[null,1],"user ann@acme.example":[{"bytes":5,"messages":1},{"bytes":0,"messages":0}]}"#)
        #expect(QuotaCheck(compared: compared, levels: []).auditedText == #"{"differing":[null,0],"repaired":[null,0]}"#)
        #expect(
            Compaction(tenant: try TenantName("acme"), freed: .init(7), packed: .init(9)).auditedText
                == #"{"freed":[null,7],"packed":[null,9]}"#)
        #expect(EndedSessions(target: .tenant(try TenantName("acme")), ended: 2).auditedText == #"{"ended":[null,2]}"#)
        #expect(UnlockedLogins(subject: try LoginSubject("192.0.2.7"), forgotten: 3).auditedText == #"{"counts":[3,0]}"#)
        let worker = Worker(name: .gateway, state: .running, pid: 7, startedAt: nil, crashes: 0, lastExit: nil)
        #expect(worker.auditedText == #"{"pid":[null,7],"state":[null,"running"]}"#)
        let certificate = Certificate(
            name: try CertificateName("mail.example"), hostNames: ["mail.example", "imap.mail.example"], issuer: "CN=x",
            validFrom: Timestamp(secondsSince1970: 0), expiresAt: Timestamp(secondsSince1970: 86_400), fingerprint: "ab",
            certificateFile: "/c.pem", keyFile: "/k.pem", isStandard: false, problem: nil)
        #expect(
            certificate.auditedText == #"{"expires_at":[null,"1970-01-02T00:00:00Z"],"fingerprint":[null,"ab"],"issuer":[null,"CN=x"],"#
                + #""names":[null,["mail.example","imap.mail.example"]]}"#)
    }
}

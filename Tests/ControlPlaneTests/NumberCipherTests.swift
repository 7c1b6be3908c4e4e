import AdminAPI
import Foundation
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Numbers that tell nothing of others", .serialized, .timeLimit(.minutes(2))) struct NumberCipherTests {
    @Test("The paper's vector of Speck48/96, both ways") func vector() {
        let cipher = NumberCipher(key: [0x020100, 0x0a0908, 0x121110, 0x1a1918])
        let plain: Int64 = 0x6d20_7369_6874 + 1, shown: Int64 = 0x735e_10b6_445d + 1
        #expect(cipher.shown(plain) == shown)
        #expect(cipher.number(shownAs: shown) == plain)
    }

    @Test("Every number comes back, and no two are shown alike") func permutation() {
        let cipher = NumberCipher(key: [1, 2, 3, 4])
        let far: [Int64] = [1 << 24, (1 << 24) + 1, (1 << 48) - 1, 1 << 48]
        let numbers: [Int64] = Array(1...2_000) + far
        #expect(Set(numbers.map(cipher.shown)).count == numbers.count)
        for number in numbers {
            #expect(cipher.shown(number) > 0 && cipher.shown(number) <= 1 << 48)
            #expect(cipher.number(shownAs: cipher.shown(number)) == number)
        }
        let strangers: [Int64] = [0, -1, (1 << 48) + 1, .max, .min]
        for strange in strangers { #expect(cipher.number(shownAs: strange) == nil) }
    }

    private func log(_ platform: TestPlatform, of tenant: String?) async {
        await platform.calls().audit.append(
            AuditLog.Entry(
                caller: "x", role: nil, origin: "local", command: "user show", target: "x", tenant: tenant, result: "done"))
    }

    @Test("A tenant's administrator cannot count what others do, and lists page by page all the same") @EventLoopActor
    func audit() async throws {
        let platform = try await TestPlatform(), router = platform.router()
        for round in 1...6 {
            await log(platform, of: "acme")
            for _ in 0..<round { await log(platform, of: "other") }
        }
        let administrator = try await platform.administrator(.tenantAdministrator)
        func page(_ query: String) async throws -> [AuditEvent] {
            let answer = await router.answer(method: "GET", target: "/audit?\(query)", body: [], from: administrator)
            #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
            return try JSONDecoder().decode([AuditEvent].self, from: Data(answer.body)).filter { $0.command == "user show" }
        }
        let all = try await page("count=1000")
        #expect(all.count == 6)
        let numbers = all.map(\.sequence), steps = zip(numbers, numbers.dropFirst()).map { $0 - $1 }
        #expect(steps != [6, 5, 4, 3, 2] && numbers.contains { $0 > 1_000_000 }, "\(numbers)")
        let later = try await page("count=1000&before=\(numbers[1])")
        #expect(later.map(\.sequence) == Array(numbers.dropFirst(2)))
        let owner = try await platform.calls().listAudit(platform.request(Nothing(), [:], query: ["count": "1000"]))
        #expect(owner.contains { $0.sequence == 1 }, "whoever runs the platform sees them as they are")
        await platform.close()
    }
}

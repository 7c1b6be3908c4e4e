import AdminAPI
import AdminShell
import Testing

struct MistypedNameTests {
    private struct Known: NameSource {
        func names(_ kind: NameKind, prefix: String) -> [String] {
            let known: [NameKind: [String]] = [
                .tenants: ["acme", "beta"], .plans: ["default", "gold"], .domains: ["acme.example"], .domainNames: ["acme.example"],
                .addresses: ["ann@acme.example", "robert@acme.example"], .quotaTargets: ["acme", "acme.example", "robert@acme.example"],
            ]
            return (known[kind] ?? []).filter { $0.hasPrefix(prefix) }
        }
        func names(_ kind: NameKind, of owner: String, prefix: String) -> [String] {
            owner == "acme.example" ? ["c2026r"].filter { $0.hasPrefix(prefix) } : []
        }
    }

    static let lines: [(String, String?)] = [
        ("tenant show acem", "acme"), ("tenant show cme", "acme"), ("tenant show acme", nil), ("tenant show quite-another", nil),
        ("user show robret@acme.example", "robert@acme.example"), ("user show ROBERT@acmee.example", "robert@acme.example"),
        // Another user of the same domain is nobody's slip of the finger.
        ("user show eva@acme.example", nil), ("quota show acme.exmaple", "acme.example"),
        ("domain create new.example --tenant betta", "beta"), ("domain create new.example --tenant=betta", "beta"),
        ("plan assign gld --tenant acme", "gold"), ("user create new@acme.exampel", "new@acme.example"),
        ("dkim delete acme.example c2062r", "c2026r"), ("status", nil),
    ]
    @Test("A name that is not there is answered with the one that may have been meant", arguments: lines)
    func meant(line: String, name: String?) {
        let hint = MistypedName(source: Known()).hint(for: line.split(separator: " ").map(String.init))
        #expect(hint == name.map { "Did you mean \"\($0)\"?" })
    }
}

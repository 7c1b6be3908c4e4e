import AdminAPI
import AdminShell
import Testing

@Suite("The tenant that is worked on") struct WorkingContextTests {
    private let context: WorkingContext

    init() throws { context = WorkingContext(tenant: try TenantName("acme")) }

    @Test(
        "Is given to commands that take one",
        arguments: ["domain create d.example", "domain list", "user list", "audit list --count 5", "queue delete --all"])
    func given(line: String) throws {
        let words = try CommandWords.split(line)
        #expect(context.completing(words) == words + ["--tenant", "acme"])
    }

    @Test(
        "Is not given where the line says otherwise, or nobody asks for it",
        arguments: [
            "queue delete 7", "queue release --all --tenant beta", "domain list --tenant beta", "domain list --tenant=beta",
            "user show a@d.example", "status", "help domain list", "nonsense",
            "administrator create jo --role operator", "administrator create jo --role domain-administrator --domain d.example",
        ])
    func notGiven(line: String) throws {
        let words = try CommandWords.split(line)
        #expect(context.completing(words) == words)
        #expect(WorkingContext().completing(words) == words)
    }

    @Test("Comes before what is no option any more") func beforeArguments() throws {
        let words = context.completing(["domain", "create", "--", "-d.example"])
        #expect(words == ["domain", "create", "--tenant", "acme", "--", "-d.example"])
    }

    @Test("Shows in the prompt") func prompt() { #expect(context.prompt == "casella(acme)> " && WorkingContext().prompt == "casella> ") }
}

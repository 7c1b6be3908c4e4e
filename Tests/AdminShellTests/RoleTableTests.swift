import AdminShell
import FoundationEssentials
import Testing

@Suite("The table of roles") struct RoleTableTests {
    @Test("Stands in the README as it is in the code") func readme() throws {
        let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        #expect(text.contains(ListRoles.markdown), "replace it by:\n\(ListRoles.markdown)")
    }
}

import AdminShell
import Testing

@Suite("Manual pages and completion scripts") struct ManualTests {
    @Test("Every command has a page, which names it and says how it is used") func pages() {
        let pages = Dictionary(uniqueKeysWithValues: ManualPage.all.map { ($0.fileName, $0.text) })
        #expect(pages.count > 60)
        let page = pages["casella-user-create.1"] ?? ""
        #expect(page.hasPrefix(".TH \"CASELLA-USER-CREATE\" 1 "))
        #expect(page.contains("\n.SH NAME\ncasella\\-user\\-create \\- Create a user.\n.SH "))
        #expect(page.contains("\n.SH SYNOPSIS\ncasella user create [<options>] <address>"))
        #expect(page.contains("\n.SH ARGUMENTS\n") && page.contains("\\-\\-no\\-password"))
        #expect(pages["casella.1"] != nil && pages["casella-quota-check.1"]?.contains("\n.SH DESCRIPTION\n") == true)
    }

    @Test("Nothing in a page is a request by accident, and verbatim text ends") func requests() {
        let known = [".TH", ".SH", ".nf", ".fi"]
        for page in ManualPage.all {
            let lines = page.text.split(separator: "\n")
            for line in lines where line.hasPrefix(".") || line.hasPrefix("'") {
                #expect(known.contains { line == $0 || line.hasPrefix("\($0) ") }, "\(page.fileName): \(line)")
            }
            #expect(lines.count { $0 == ".nf" } == lines.count { $0 == ".fi" }, "\(page.fileName)")
            #expect(lines.last == ".fi")
        }
    }
}

import AdminAPI
import AdminShell

/// Files of desired states: what is taken is written as it is read, and what is not is told of by its line.
enum StateFiles {
    static func check(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        let file = StateFile(text)
        try promise(!file.units.isEmpty || !file.mistakes.isEmpty, "neither states nor mistakes")
        let lines = text.utf8.count + 1
        try promise(file.mistakes.allSatisfy { (1...lines).contains($0.line) }, "a line that is not there")
        guard file.mistakes.isEmpty else { return }
        try promise(Set(file.tenants.map(\.name)).count == file.tenants.count, "a tenant is there twice")
        for tenant in file.tenants {
            let again = StateFile(StateText.of(tenant))
            try promise(again.mistakes.isEmpty && again.tenants == [tenant], "written otherwise than read")
        }
    }
}

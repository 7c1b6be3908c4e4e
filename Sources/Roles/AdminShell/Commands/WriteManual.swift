import AdminAPI
import ArgumentParser
import Glibc

package struct WriteManual: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Write the manual pages of all commands into a directory.",
        discussion: "Such as /usr/local/share/man/man1; then `man casella-user-create` explains that command.")
    @Argument(help: "The directory; it must exist.") var directory: String
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let pages = ManualPage.all
        if context.settings.dryRun {
            guard access("\(directory)/.", W_OK) == 0 else { throw Self.cannotWrite(directory) }
        } else {
            for page in pages {
                let path = "\(directory)/\(page.fileName)"
                guard FileText.replace(path, with: Array(page.text.utf8), mode: 0o644) else { throw Self.cannotWrite(path) }
            }
        }
        return Report(
            pages.map(\.fileName), Table(["page"], pages.map { [.text($0.fileName)] }),
            .sentence("Wrote \(counted(Int64(pages.count), "page")) into \(directory.withoutControls())."))
    }

    private static func cannotWrite(_ path: String) -> AdminError {
        AdminError(.invalid, "\(path.withoutControls()) cannot be written: \(String(cString: strerror(errno))).")
    }
}

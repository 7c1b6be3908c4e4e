import AdminAPI
import ArgumentParser

package struct UndoApply: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Take back what an apply changed; `applies` lists them.",
        discussion: """
            What the apply touched becomes as it was before; what it did not touch stays. Users and domains that \
            it deleted come back as they were, with their mail; those that were destroyed meanwhile are made again, users with their \
            passwords and with empty mailboxes. A tenant that it made is deleted, and kept for a while, as `tenant delete` does, unless \
            something else is in it by then. Undoing can be undone; a tenant comes back by it for as long as it is kept.
            """)
    package static let names = LiveNames(arguments: [.live(.applies)])
    @Argument(help: "Number of the apply.", transform: { try ApplyNumber($0) }) var number: ApplyNumber
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let preview = try context.client.call(Calls.previewUndo, number.text)
        let unit = ApplyRun.Unit(name: preview.tenant) {
            preview
        } perform: { fingerprint in
            try context.client.call(Calls.undo, number.text, sending: UndoRequest(fingerprint: fingerprint))
        }
        return try ApplyRun(context: context, units: [unit], dryRun: context.settings.dryRun).report()
    }
}

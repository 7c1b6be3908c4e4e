import AdminAPI
import ArgumentParser

package struct ApplyFile: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Make plans, tenants, domains, users, aliases and groups be as a file says.",
        discussion: """
            The file is YAML, as `casella export` writes it. What would be different, and what that means, is shown first; then it asks, \
            and does it, in one transaction a tenant, unless the state has moved meanwhile. Tenants and plans that the file does not \
            name stay as they are. Of a tenant that it names, domains, users, aliases and groups that are not written stay too, \
            unless --prune is given. Ctrl-C ends it at once while it reads and looks, and behind the part in hand while it is at it; \
            running it again goes on. `casella undo` takes one back. The exit status is 2 when a part was refused, and 130 after \
            Ctrl-C. Passwords are given as hashes (passwordHash), in the forms that `casella user import` takes.
            """)
    @Argument(help: "The file; - is standard input.", completion: .file()) var file: String
    @Flag(
        help: """
            Take away what a named tenant has and the file does not name: domains and users, as `domain delete` and `user delete` do, \
            aliases and groups.
            """)
    var prune = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let name = file == "-" ? "standard input" : file
        let text = try InputText.contents(of: file, for: context.console)
        let watch = CallWatch(progress: context.progress, changes: false)
        let state = try WatchedWork.result(watch) { goesOn in StateFile(text, while: goesOn) }
        guard state.mistakes.isEmpty else { throw MistakenFile(name: name, mistakes: state.mistakes, verb: "done") }
        let plans = state.plans.isEmpty ? nil : state.plans
        let units = state.units.map { desired in
            let isTenant = desired.tenantName != nil
            return ApplyRun.Unit(name: desired.tenantName) {
                try context.client.call(
                    Calls.previewApply,
                    sending: ApplyPreviewRequest(desired: desired, prune: prune, plans: isTenant ? plans : nil))
            } perform: { fingerprint in
                try context.client.call(
                    Calls.apply, sending: ApplyRequest(desired: desired, prune: prune, fingerprint: fingerprint))
            }
        }
        return try ApplyRun(context: context, units: units, dryRun: context.settings.dryRun).report()
    }
}

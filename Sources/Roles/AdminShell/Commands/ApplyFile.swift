import AdminAPI
import ArgumentParser

package struct ApplyFile: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Make plans, tenants, domains, users, aliases and groups be as a file says.",
        discussion: """
            Files are YAML, as `casella export` writes it; several are applied together, plans first, and none may say what another \
            does. Merge keys (<<) are read, and keys at the top that begin with x- are passed over.

            What would be different, and what that means, is shown first; then it asks, \
            and does it, in one transaction a tenant, unless the state has moved meanwhile. Tenants and plans that no file \
            names stay as they are. Of a tenant that is named, domains, users, aliases and groups that are not written stay too, \
            unless --prune is given. Ctrl-C ends it at once while it reads and looks, and behind the part in hand while it is at it; \
            running it again goes on. `casella undo` takes one back. The exit status is 2 when a part was refused, and 130 after \
            Ctrl-C. Passwords are given as hashes (passwordHash), in the forms that `casella user import` takes.
            """)
    @Argument(help: "The files; - is standard input.", completion: .file()) var files: [String]
    @Flag(
        help: """
            Take away what a named tenant has and no file names: domains and users, as `domain delete` and `user delete` do, \
            aliases and groups.
            """)
    var prune = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let watch = CallWatch(progress: context.progress, changes: false)
        var read: [(name: String, file: StateFile)] = []
        for file in files {
            let name = file == "-" ? "standard input" : file
            let text = try InputText.contents(of: file, for: context.console)
            let earlier = read
            let state = try WatchedWork.result(watch) { goesOn in StateFile(text, after: earlier, while: goesOn) }
            guard state.mistakes.isEmpty else { throw MistakenFile(name: name, mistakes: state.mistakes, verb: "done") }
            read.append((name, state))
        }
        let written = read.flatMap(\.file.plans)
        let plans = written.isEmpty ? nil : written
        let desired = (plans.map { [DesiredState.plans(DesiredPlans(plans: $0))] } ?? [])
            + read.flatMap(\.file.tenants).map { .tenant($0) }
        let units = desired.map { desired in
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

import AdminAPI
import ArgumentParser

package struct CompactTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Give the disk space of a tenant's removed messages back.",
        discussion: """
            The tenant's worker does so by itself once a day; this is for a disk that is getting full. Sessions and deliveries go on. What a \
            legal hold keeps stays, and so does what is still in use: only whole files go, and what they hold of use is written anew first \
            where that is less than half of them.
            """)
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let done = try context.client.call(Calls.compactTenant, name.text)
        let table = Table(
            ["tenant", "freed", "written anew"], [[.text(done.tenant.text), .size(done.freed), .size(done.packed)]])
        let what = context.settings.dryRun ? "Of the files of \(name) \(done.freed) would be freed" : "Freed \(done.freed) of \(name)"
        let cost = done.packed.octets > 0 ? ", \(done.packed) written anew" : ""
        return Report(done, table, .sentence("\(what)\(cost)."))
    }
}

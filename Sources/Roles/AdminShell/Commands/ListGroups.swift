import AdminAPI
import ArgumentParser

package struct ListGroups: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the groups, with how many members they have.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants), "--domain": .live(.domains)])
    @Option(help: ArgumentHelp("Only those of this tenant.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @Option(help: ArgumentHelp("Only those of this domain.", valueName: "domain"), transform: { try DomainName($0) })
    var domain: DomainName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let groups = try context.client.call(Calls.listGroups, query: ["tenant": tenant?.text, "domain": domain?.text])
        return Report(groups, GroupTable.of(groups), .list(ifEmpty: "There are no groups."))
    }
}

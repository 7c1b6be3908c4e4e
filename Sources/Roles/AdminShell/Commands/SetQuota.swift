import AdminAPI
import ArgumentParser
import Quantities

package struct SetQuota: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "set", abstract: "Set limits; what is left out stays.")
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "A tenant, a domain or an address.", transform: { try QuotaTarget($0) }) var target: QuotaTarget
    @Option(
        help: ArgumentHelp("Storage, such as 10GB, unlimited, or plan for what the plan says.", valueName: "size"),
        transform: Limits.size)
    var bytes: LimitChange<ByteCount>?
    @Option(help: ArgumentHelp("Number of messages, or unlimited.", valueName: "number"), transform: Limits.number)
    var messages: LimitChange<Int64>?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws {
        if bytes == nil, messages == nil { throw ValidationError("Give --bytes SIZE, --messages NUMBER, or both.") }
    }

    package func execute(in context: Context) throws -> Report {
        let report = try context.client.call(Calls.setQuota, target.text, sending: QuotaChange(bytes: bytes, messages: messages))
        return Report(report, QuotaTable.of(report), .list(ifEmpty: "Set the quota of \(target)."), notes: report.notices)
    }
}

import AdminAPI
import ArgumentParser

package struct VerifyAudit: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that no event of the audit log was changed, put in or removed.",
        discussion: "Exits with status 2 if something is wrong.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let verification = try context.client.call(Calls.verifyAudit)
        let isWhole = verification.problems.isEmpty
        let sentence = isWhole ? "All \(counted(verification.events, "event")) are as they were written." : ""
        return Report(
            verification, Table(["problem"], verification.problems.map { [.text($0)] }), .list(ifEmpty: sentence),
            exitStatus: isWhole ? 0 : CheckQuota.somethingDiffers)
    }
}

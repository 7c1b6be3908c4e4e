import AdminAPI
import ArgumentParser

package struct ShowStatus: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the platform runs, where it listens, and how much it holds.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report { StatusPage(try context.client.call(Calls.status)).report }
}

import AdminAPI
import ArgumentParser

package struct ShowLog: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what the log says of one message, session or admin call, in order.",
        discussion: """
            The id of a message is what its last Received field and the reply to its sender name; that of an admin call is in the log's \
            line `admin call`, and in its error only when something went wrong inside Casella. It reads the files in the data directory's \
            log folder, on the platform's own machine.
            """)
    @Option(help: ArgumentHelp("The id: `trace` or `session` of a line.", valueName: "id")) var trace: String
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws {
        guard LogSearch.isID(trace) else { throw ValidationError("--trace takes an id: letters and digits, 64 at most.") }
    }

    package func execute(in context: Context) throws -> Report {
        guard context.settings.server == nil else {
            throw AdminError(
                .invalid, "The log can be read on the platform's own machine alone.", hint: "Log in there, and leave --server out.")
        }
        let watch = CallWatch(progress: context.progress, changes: false)
        let lines = try LogSearch(directory: context.settings.dataDirectory + "/log").lines(of: trace, isAwaited: watch.goesOn)
        let table = Table(
            ["at", "level", "process", "message", "fields"],
            lines.map { [.text($0["at"]), .text($0["level"]), .text($0["process"]), .text($0["message"]), .text($0.others)] })
        return Report(lines, table, .list(ifEmpty: "The log says nothing of \(trace), or no longer."))
    }
}

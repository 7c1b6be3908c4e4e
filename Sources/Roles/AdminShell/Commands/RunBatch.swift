import ArgumentParser

package struct RunBatch: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Perform the commands of a file, one a line.",
        discussion: "Blank lines and what follows a # are passed over; words with spaces stand in quotes.")
    @Argument(help: "The file; - is standard input.", completion: .file()) var file: String
    @Flag(help: "Go on after a command that fails.") var keepGoing = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}
}

import AdminAPI
import ArgumentParser

package struct PrintCompletion: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the script that lets bash, zsh or fish complete commands, options and live names.",
        discussion: "For bash: casella completion bash > /etc/bash_completion.d/casella")
    package static let names = LiveNames(arguments: [.words(ShellScript.allCases.map(\.rawValue))])
    @Argument(help: "bash, zsh or fish.") var shell: ShellScript
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        Report(shell.text, Table(["script"], [[.text(shell.text)]]), .verbatim(shell.text))
    }
}

extension ShellScript: ExpressibleByArgument {}

import AdminAPI
import ArgumentParser

package struct PrintCompletion: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the script that lets bash, zsh or fish complete the commands of this program.",
        discussion: "For bash: casella completion bash > /etc/bash_completion.d/casella. The interactive shell completes live names too.")
    package static let names = LiveNames(arguments: [.words(Shell.allCases.map(\.rawValue))])
    @Argument(help: "bash, zsh or fish.") var shell: Shell
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package enum Shell: String, ExpressibleByArgument, CaseIterable, Sendable { case bash, zsh, fish }

    package func execute(in context: Context) throws -> Report {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        let script = Casella.completionScript(for: kind)
        return Report(script, Table(["script"], [[.text(script)]]), .sentence(script))
    }
}

import ArgumentParser
import Glibc

/// What holds for any command: which platform, how to print, whether to ask.
package struct Settings: Sendable, Equatable {
    package var dataDirectory: String
    /// nil: the platform of the data directory, on this machine.
    package var server: ServerAddress?
    /// Of the certificate that the server is to have; nil: as the stored session says, or the system's authorities.
    package var fingerprint: Fingerprint?
    package var format: OutputFormat
    package var assumeYes: Bool
    /// Changes are tried, and not made.
    package var dryRun: Bool

    package init(
        dataDirectory: String, server: ServerAddress? = nil, format: OutputFormat = .table, assumeYes: Bool = false, dryRun: Bool = false
    ) {
        (self.dataDirectory, self.server, self.format) = (dataDirectory, server, format)
        (self.assumeYes, self.dryRun) = (assumeYes, dryRun)
    }
}

/// The options that may stand anywhere on a line. They are taken out before the command is parsed, since a parser of subcommands would
/// accept them in one place only; each command declares them nevertheless, for its help.
package struct GlobalArguments: ParsableArguments {
    @Option(name: .customLong("data"), help: ArgumentHelp("Data directory of the platform.", valueName: "dir"))
    var data: String?
    @Option(name: .customLong("server"), help: ArgumentHelp("A platform on another machine.", valueName: "host[:port]"))
    var server: String?
    @Option(name: .customLong("format"), help: ArgumentHelp("table (default), json or csv.", valueName: "format"))
    var format: String?
    @Flag(name: [.customLong("yes"), .customShort("y")], help: "Do not ask before something is destroyed.")
    var yes = false
    @Flag(name: .customLong("dry-run"), help: "Check everything and say what would come of it, and change nothing.")
    var dryRun = false

    package init() {}

    /// Those that a value follows.
    static let withValues = ["--data", "--server", "--format"]

    /// - Parameter base: the settings of the shell or batch around this line; nil for the program's own arguments.
    /// - Returns: the settings of this line, and its other words.
    package static func extract(from arguments: [String], base: Settings? = nil) throws -> (Settings, [String]) {
        var data: String?, server: String?, format: OutputFormat?, yes = false, dryRun = false
        var rest: [String] = []
        var index = 0
        /// The option's value, from `--name=value` or from the next word.
        func value(of name: String) throws -> String? {
            if arguments[index].hasPrefix("\(name)=") { return String(arguments[index].dropFirst(name.count + 1)) }
            guard arguments[index] == name else { return nil }
            guard index + 1 < arguments.count else { throw ValidationError("\(name) needs a value.") }
            index += 1
            return arguments[index]
        }
        while index < arguments.count {
            if arguments[index] == "--" { rest += arguments[index...]; break }
            if let path = try value(of: "--data") {
                guard !path.isEmpty else { throw ValidationError("--data needs a directory.") }
                data = path
            } else if let name = try value(of: "--server") {
                server = name
            } else if let name = try value(of: "--format") {
                guard let known = OutputFormat(rawValue: name) else {
                    throw ValidationError("There is no format \"\(name.withoutControls())\"; use table, json or csv.")
                }
                format = known
            } else if arguments[index] == "--yes" || arguments[index] == "-y" {
                yes = true
            } else if arguments[index] == "--dry-run" {
                dryRun = true
            } else {
                rest.append(arguments[index])
            }
            index += 1
        }
        let directory = if data == nil, let base { base.dataDirectory } else { DataDirectory.resolve(option: data) }
        let address = try server.map { try ServerAddress($0) } ?? base.map(\.server) ?? (data == nil ? environmentServer() : nil)
        let settings = Settings(
            dataDirectory: directory, server: address, format: format ?? base?.format ?? .table, assumeYes: yes || base?.assumeYes ?? false,
            dryRun: dryRun || base?.dryRun ?? false)
        return (settings, rest)
    }

    /// The format that a line asks for, wherever it stands, for who cannot read the rest of it.
    package static func format(in arguments: [String]) -> OutputFormat? {
        let own = Array(arguments.prefix { $0 != "--" })
        let values = own.indices.compactMap { index -> String? in
            if own[index].hasPrefix("--format=") { return String(own[index].dropFirst("--format=".count)) }
            return index > 0 && own[index - 1] == "--format" ? own[index] : nil
        }
        return values.compactMap { OutputFormat(rawValue: $0) }.last
    }

    /// `CASELLA_SERVER`.
    private static func environmentServer() throws -> ServerAddress? {
        guard let text = getenv("CASELLA_SERVER").map({ String(cString: $0) }), !text.isEmpty else { return nil }
        return try ServerAddress(text)
    }
}

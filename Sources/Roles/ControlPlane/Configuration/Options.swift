/// What `casella-control` was started with.
package struct Options: Sendable, Equatable {
    package var data = "/var/lib/casella"
    package var migrations: String?
    package var programs: String?
    /// These go before the configuration file.
    package var portBase: Int?
    package var bind: String?
    package var hostname: String?
    package var asksForHelp = false

    package static let usage = """
        usage: casella-control [--data DIR] [--port-base N] [--bind ADDRESS] [--hostname NAME] [--migrations DIR] [--programs DIR]

          --data DIR         where everything is kept; /var/lib/casella if left out
          --port-base N      added to each standard port; goes before portBase of casella.json
          --bind ADDRESS     the address to listen on; goes before bind of casella.json
          --hostname NAME    the name in greetings; goes before hostname of casella.json
          --migrations DIR   the numbered .sql files of the database
          --programs DIR     where casella-gateway, casella-tenant and casella-relay are; this program's own directory if left out
        """

    package init() {}

    package init(parsing arguments: [String]) throws(StartupError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts.first ?? ""
            if name == "--help" || name == "-h" {
                asksForHelp = true
                continue
            }
            guard ["--data", "--port-base", "--bind", "--hostname", "--migrations", "--programs"].contains(name) else {
                throw .configuration("\(argument) is no option of casella-control.\n\(Self.usage)")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                throw .configuration("\(name) needs a value.")
            }
            try take(name, value)
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(StartupError) {
        switch name {
        case "--data": data = value
        case "--bind": bind = value
        case "--hostname": hostname = value
        case "--migrations": migrations = value
        case "--programs": programs = value
        default:
            guard let number = Int(value), Configuration.portBases.contains(number) else {
                throw .configuration("--port-base takes a number from 0 to \(Configuration.portBases.upperBound), not \(value).")
            }
            portBase = number
        }
    }
}

import AdminAPI
import ArgumentParser

/// `--must-change` and `--within` of a password that is set by somebody else.
package struct PasswordDemandOptions: ParsableArguments {
    @Flag(help: "The password is to be changed: with `user change-password`, from another machine.") var mustChange = false
    @OptionGroup var time: PasswordDemandTime

    package init() {}

    package func validate() throws {
        if time.within != nil, !mustChange { throw ValidationError("--within goes with --must-change.") }
    }

    var demand: PasswordDemand? { mustChange ? PasswordDemand(within: time.within ?? 0) : nil }
}

/// When the present password ceases to open mail protocols.
package struct PasswordDemandTime: ParsableArguments {
    @Option(
        help: ArgumentHelp("How long the password still opens mail protocols, such as 7d; not at all if left out.", valueName: "time"),
        transform: Self.seconds)
    var within: Int64?

    package init() {}

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]

    package static func seconds(_ text: String) throws -> Int64 {
        let unit = text.last.flatMap { units[$0] }
        guard let number = Int64(unit == nil ? text : String(text.dropLast())), number >= 0, unit != nil || number == 0,
            case let (seconds, overflow) = number.multipliedReportingOverflow(by: unit ?? 0), !overflow, seconds <= PasswordDemand.longest
        else { throw AdminError(.invalid, "A time looks like 7d, 12h or 90m, and is a year at most.") }
        return seconds
    }
}

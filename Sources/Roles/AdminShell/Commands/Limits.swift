import AdminAPI
import ArgumentParser
import Quantities

/// `--quota SIZE` and `--messages N` of tenants and users that are created. Of domains plans say nothing.
package struct QuotaOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Storage, such as 10GB, or unlimited; as the plan says if left out.", valueName: "size"),
        transform: Limits.size)
    var quota: LimitChange<ByteCount>?
    @Option(help: ArgumentHelp("Number of messages; unlimited if left out.", valueName: "number"), transform: Limits.number)
    var messages: LimitChange<Int64>?

    package init() {}

    var limits: QuotaChange? { quota == nil && messages == nil ? nil : QuotaChange(bytes: quota, messages: messages) }
}

/// How limits are written on a command line.
package enum Limits {
    package static func size(_ text: String) throws -> LimitChange<ByteCount> {
        if text.lowercased() == "unlimited" { return .unlimited }
        if text.lowercased() == "plan" { return .planned }
        guard let size = ByteCount(text) else {
            throw AdminError(.invalid, "A size looks like 500MB, 10GB or 1.5GiB, or is the word unlimited or plan.")
        }
        return .to(size)
    }

    package static func number(_ text: String) throws -> LimitChange<Int64> {
        if text.lowercased() == "unlimited" { return .unlimited }
        guard let number = Int64(text), number >= 0 else { throw AdminError(.invalid, "It must be a number, or the word unlimited.") }
        return .to(number)
    }
}

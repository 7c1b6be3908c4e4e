import AdminAPI
import ArgumentParser
import Quantities

/// `--quota SIZE` and `--messages N` of everything that is created with a quota.
package struct QuotaOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Storage, such as 10GB; unlimited if left out.", valueName: "size"), transform: Limits.size)
    var quota: LimitChange<ByteCount>?
    @Option(help: ArgumentHelp("Number of messages; unlimited if left out.", valueName: "number"), transform: Limits.number)
    var messages: LimitChange<Int64>?

    package init() {}

    var limits: QuotaLimits? {
        quota == nil && messages == nil ? nil : QuotaLimits(bytes: quota?.limit, messages: messages?.limit)
    }
}

/// How limits are written on a command line.
package enum Limits {
    package static func size(_ text: String) throws -> LimitChange<ByteCount> {
        if text.lowercased() == "unlimited" { return .unlimited }
        guard let size = ByteCount(text) else {
            throw AdminError(.invalid, "A size looks like 500MB, 10GB or 1.5GiB, or is the word unlimited.")
        }
        return .to(size)
    }

    package static func number(_ text: String) throws -> LimitChange<Int64> {
        if text.lowercased() == "unlimited" { return .unlimited }
        guard let number = Int64(text), number >= 0 else { throw AdminError(.invalid, "It must be a number, or the word unlimited.") }
        return .to(number)
    }
}

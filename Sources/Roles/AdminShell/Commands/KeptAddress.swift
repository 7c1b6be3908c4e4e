import AdminAPI

/// What is said of aliases and groups that are deleted and kept.
enum KeptAddress {
    static func discussion(_ noun: String) -> String {
        """
        It is out of service within seconds, and its address free at once. It is kept for as long as the plan's kept-days (or \
        deletedKeptDays) say; with 0 it is destroyed at once, for ever. While it is kept, which `deleted list` shows, \
        `\(noun) undelete` brings it back.
        """
    }

    static let undeletion = """
        Of several that had the address, the one that was deleted last. Addresses of the tenant that are gone by now are named and left \
        out. It is refused while something else has the address. `deleted list` shows what is kept.
        """

    static func notes(_ leftOut: [TargetAddress]) -> [String] {
        leftOut.isEmpty ? [] : ["Left out, since they are gone: \(leftOut.map(\.text).joined(separator: ", "))."]
    }
}

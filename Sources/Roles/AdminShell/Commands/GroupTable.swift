import AdminAPI

enum GroupTable {
    static func of(_ groups: [Group]) -> Table {
        Table(
            ["group", "tenant", "posting", "owners", "members"],
            groups.map { group in
                [
                    .text(group.address.text), .text(group.tenant.text), .text(group.posting.rawValue),
                    .text(group.owners.map(\.text).joined(separator: " ")),
                    group.members.map { .text($0.map(\.text).joined(separator: " ")) } ?? .text("\(group.memberCount)"),
                ]
            })
    }

    /// What `group show` and what changes a group print.
    static func report(_ group: Group, _ sentence: String) -> Report { Report(group, of([group]), .sentence(sentence)) }
}

extension [String] {
    /// Addresses, each once, of an option that may be repeated and takes several parted by commas.
    func addresses() throws -> [TargetAddress] {
        var addresses: [TargetAddress] = []
        var known: Set<TargetAddress> = []
        for text in flatMap({ $0.split(separator: ",") }) {
            let address = try TargetAddress(text.trimmingSpaces())
            if known.insert(address).inserted { addresses.append(address) }
        }
        return addresses
    }
}

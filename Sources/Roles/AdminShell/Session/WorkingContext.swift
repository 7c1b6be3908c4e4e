import AdminAPI

/// The tenant that an operator works on for a while: `use NAME` in the interactive shell. Commands that take `--tenant` get it, unless the
/// line says otherwise.
package struct WorkingContext: Sendable, Equatable {
    package var tenant: TenantName?

    package init(tenant: TenantName? = nil) { self.tenant = tenant }

    package var prompt: String { tenant.map { "casella(\($0))> " } ?? "casella> " }

    package func completing(_ words: [String]) -> [String] {
        guard let tenant, words.first != "help" else { return words }
        let place = CommandTree.find(words)
        let rest = words.dropFirst(place.path.count)
        if let needed = (place.command as? any AdminCommand.Type)?.tenantNeeds, !rest.contains(needed) { return words }
        guard CommandTree.options(of: place.command).contains(where: { $0.name == "--tenant" }),
            !rest.contains(where: { $0 == "--tenant" || $0.hasPrefix("--tenant=") }),
            // Roles of the platform and of a domain are held in no tenant.
            !rest.contains(where: { word in Role(rawValue: word).map { $0.reach != .tenant } ?? false })
        else { return words }
        // Behind `--` it would be an argument.
        let end = words.firstIndex(of: "--") ?? words.endIndex
        return words[..<end] + ["--tenant", tenant.text] + words[end...]
    }
}

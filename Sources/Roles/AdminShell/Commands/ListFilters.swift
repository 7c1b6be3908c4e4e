import AdminAPI
import ArgumentParser

/// For lists of what tenants have.
package struct TenantFilter: ParsableArguments {
    static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Option(help: ArgumentHelp("Only those of this tenant.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?

    package init() {}

    var query: [String: String?] { ["tenant": tenant?.text] }
}

/// For mail that waits.
package struct RecipientFilter: ParsableArguments {
    static let names = TenantFilter.names
    @OptionGroup var owner: TenantFilter
    @Option(
        help: ArgumentHelp("Only those with a recipient of this domain who waits still.", valueName: "domain"),
        transform: { try DomainName($0) })
    var recipientDomain: DomainName?

    package init() {}

    var query: [String: String?] { ["tenant": owner.tenant?.text, "recipientDomain": recipientDomain?.text] }
}

/// For lists of what has an address.
package struct AddressFilter: ParsableArguments {
    static let names = LiveNames(options: ["--tenant": .live(.tenants), "--domain": .live(.domains)])
    @OptionGroup var owner: TenantFilter
    @Option(help: ArgumentHelp("Only those of this domain.", valueName: "domain"), transform: { try DomainName($0) })
    var domain: DomainName?

    package init() {}

    var query: [String: String?] { ["tenant": owner.tenant?.text, "domain": domain?.text] }
}

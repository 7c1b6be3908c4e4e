/// SQL for addresses that a statement is given as arrays, one of domains and one of local parts.
enum GivenAddresses {
    /// They with the keys of their domains, as a table of its own: `tenant_id`, `domain_id`, `name` and all columns of what is given.
    /// Domains that are not there, or not seen, are left out.
    ///
    /// `OFFSET 0` makes it a table before anything is looked up by it. PostgreSQL has no statistics of users, so it takes a domain for
    /// one user large; were the domain and the local part those of two tables, it would read a whole domain for each address.
    /// - Parameters:
    ///   - given: such as `unnest($2::text[], $3::text[]) AS g (domain, local_part)`; called `g`, with a column `domain`.
    ///   - tenant: the parameter that tells the only tenant whose domains are meant; nil: domains of all.
    static func withKeys(_ given: String, of tenant: String? = "$1") -> String {
        let within = tenant.map { " AND d.tenant_id = \($0)" } ?? ""
        return "(SELECT d.tenant_id, d.domain_id, d.name, g.* FROM \(given) JOIN domains d ON d.name = g.domain\(within) OFFSET 0)"
    }

    /// `$2` and `$3`, of the tenant `$1`.
    static let keyed = withKeys("unnest($2::text[], $3::text[]) AS g (domain, local_part)")
    /// `$1` and `$2`, of all tenants.
    static let keyedOfAll = withKeys("unnest($1::text[], $2::text[]) AS g (domain, local_part)", of: nil)

    /// That a row is the one at such an address.
    /// - Parameters: what the table with the row, and that with the keys, are called.
    static func isAt(_ row: String, _ keys: String) -> String {
        "\(row).tenant_id = \(keys).tenant_id AND \(row).domain_id = \(keys).domain_id AND \(row).local_part = \(keys).local_part"
    }
}

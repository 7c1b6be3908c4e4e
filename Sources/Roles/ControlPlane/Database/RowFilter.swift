import AdminAPI
import Postgres

/// Which rows a list is limited to. It names the columns only that a value is given for: where a statement asks `$1 IS NULL OR name = $1`,
/// PostgreSQL makes one plan for both, which finds no row by its index and takes a whole table for one row.
struct RowFilter: ExpressibleByDictionaryLiteral {
    /// What stands behind WHERE.
    private(set) var sql = "true"
    /// `$1` and so on; a statement's own come behind them.
    private(set) var parameters: [PostgresValue] = []

    /// Columns and what is in them; nil: anything.
    init(dictionaryLiteral columns: (String, String?)...) {
        for (column, value) in columns { require(column, value.map { .text($0) }) }
    }

    /// Of what has an address, in a statement that calls domains `d` and tenants `t`.
    /// - Parameter column: the local part's.
    init(localPart column: String, of address: (any LocalPartAtDomain)?, domain: DomainName?, tenant: TenantName?) {
        self = [column: address?.localPart, "d.name": (address?.domain ?? domain)?.text, "t.name": tenant?.text]
    }

    mutating func require(_ column: String, _ value: PostgresValue?) { require(value) { "\(column) = \($0)" } }

    /// - Parameter condition: given how the statement names the value.
    mutating func require(_ value: PostgresValue?, _ condition: (String) -> String) {
        guard let value else { return }
        sql += " AND " + condition(parameter(value))
    }

    /// Adds a parameter: how the statement names it.
    mutating func parameter(_ value: PostgresValue) -> String {
        parameters.append(value)
        return "$\(parameters.count)"
    }
}

import AdminAPI
import PasswordHashes
import Quantities

/// The users that a CSV file lists, each checked by itself, with all that is wrong in the file.
package struct UserFile: Sendable {
    package struct Line: Sendable {
        package let number: Int
        package let user: NewUser
    }

    package struct Mistake: Sendable, Equatable, Encodable {
        package let line: Int
        /// Without passwords and hashes.
        package let sentence: String
    }

    private enum Column: String, CaseIterable { case address, password, hash, quota, messages }

    package private(set) var users: [Line] = []
    package private(set) var mistakes: [Mistake] = []
    /// In which line an address stands.
    private var seen: [EmailAddress: Int] = [:]

    /// - Parameter whileReading: called at each record, so that somebody who waits sees it.
    package init(_ text: String, whileReading: () -> Void = {}) {
        var reader = CSVReader(text)
        guard let header = reader.next() else {
            mistakes = [Mistake(line: 1, sentence: "The header line is missing; it names the columns, such as address,hash,quota.")]
            return
        }
        let columns: [Column]
        do throws(AdminError) { columns = try Self.columns(header) } catch {
            mistakes = [Mistake(line: header.line, error)]
            return
        }
        while let record = reader.next() {
            whileReading()
            do throws(AdminError) { try add(record, columns) } catch { mistakes.append(Mistake(line: record.line, error)) }
        }
        if users.isEmpty, mistakes.isEmpty { mistakes = [Mistake(line: header.line, sentence: "No user follows.")] }
    }

    private static func columns(_ header: CSVReader.Record) throws(AdminError) -> [Column] {
        var columns: [Column] = []
        for name in try fields(of: header) {
            guard !name.contains("\r") else {
                throw AdminError(
                    .invalid, "The file's lines end with carriage returns alone.", hint: "Save it with the line ends of Unix or Windows.")
            }
            guard let column = Column(rawValue: name.trimmingSpaces().lowercased()) else {
                let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminError(.invalid, "There is no column \(shown(name)).", hint: "Columns are \(known).")
            }
            guard !columns.contains(column) else { throw AdminError(.invalid, "The column \(column.rawValue) is there twice.") }
            columns.append(column)
        }
        guard columns.contains(.address) else { throw AdminError(.invalid, "The column address is missing.") }
        return columns
    }

    private static func fields(of record: CSVReader.Record) throws(AdminError) -> [String] {
        guard let fields = record.fields else { throw AdminError(.invalid, record.mistake ?? "The line cannot be read.") }
        return fields
    }

    private static func shown(_ name: String) -> String { "\"\(name.prefix(60))\"" }

    private mutating func add(_ record: CSVReader.Record, _ columns: [Column]) throws(AdminError) {
        let fields = try Self.fields(of: record)
        guard fields.count == columns.count else {
            throw AdminError(.invalid, "The line has \(counted(fields.count, "field")), the header line \(columns.count).")
        }
        var values: [Column: String] = [:]
        for (column, field) in zip(columns, fields) where !field.isEmpty { values[column] = field }
        let address = try EmailAddress((values[.address] ?? "").trimmingSpaces())
        if let line = seen[address] { throw AdminError(.invalid, "\(address) stands in line \(line) already.") }
        seen[address] = record.line
        users.append(
            Line(
                number: record.line,
                user: NewUser(
                    address: address, password: try Self.password(values[.password], values[.hash]),
                    quota: try Self.quota(values[.quota], values[.messages]))))
    }

    private static func password(_ password: String?, _ hash: String?) throws(AdminError) -> PasswordChoice? {
        guard password == nil || hash == nil else { throw AdminError(.invalid, "The line has both a password and a hash.") }
        if let password, Self.isHash(password) {
            throw AdminError(.invalid, "The column password holds a hash.", hint: "Hashes stand in the column hash.")
        }
        let choice = password.map { PasswordChoice.given($0) } ?? hash.map { .hash($0) }
        try choice?.validate(takesHash: true)
        return choice
    }

    /// Also one that is not taken: it would be a password that nobody has.
    private static func isHash(_ password: String) -> Bool {
        do throws(PasswordHashRefusal) {
            _ = try PasswordHash(password)
            return true
        } catch {
            switch error {
            case .tooCostly: return true
            case .malformed: return password.hasPrefix("{")
            case .empty, .tooLong, .badCharacter, .unknownScheme: return false
            }
        }
    }

    private static func quota(_ size: String?, _ number: String?) throws(AdminError) -> QuotaChange? {
        guard size != nil || number != nil else { return nil }
        do {
            return QuotaChange(
                bytes: try size.map { try Limits.size($0.trimmingSpaces()) },
                messages: try number.map { try Limits.number($0.trimmingSpaces()) })
        } catch {
            throw error as? AdminError ?? AdminError(.invalid, "The quota cannot be read.")
        }
    }
}

extension UserFile.Mistake {
    package init(line: Int, _ error: AdminError) {
        self.init(line: line, sentence: error.hint.map { "\(error.message) \($0)" } ?? error.message)
    }
}

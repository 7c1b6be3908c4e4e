import Cryptography
import Glibc

/// One numbered step of the schema: `0001_roles.sql`.
package struct Migration: Sendable, Equatable {
    package let version: Int32
    /// The file's name.
    package let name: String
    package let sql: String
    /// SHA-256 of the file, in hexadecimal digits.
    package let checksum: String

    package init(fileName: String, content: [UInt8]) throws(MigrationError) {
        let digits = fileName.prefix { $0.isNumber }
        guard digits.utf8.count == 4, let version = Int32(digits), version > 0, fileName.dropFirst(4).hasPrefix("_"),
            let sql = String(validating: content, as: UTF8.self)
        else { throw .badFile(fileName) }
        (self.version, self.name, self.sql) = (version, fileName, sql)
        do { checksum = Hexadecimal.encode(try Cryptography.sha256(content)) } catch { throw .badFile(fileName) }
    }

    /// All `.sql` files of the directory, in order, numbered from 1 without a gap.
    package static func load(from directory: String) throws(MigrationError) -> [Migration] {
        var migrations: [Migration] = []
        for name in FileSystem.names(in: directory).filter({ $0.hasSuffix(".sql") }).sorted() {
            guard let content = (try? FileSystem.read("\(directory)/\(name)")).flatMap({ $0 }) else { throw .badFile(name) }
            migrations.append(try Migration(fileName: name, content: content))
        }
        guard !migrations.isEmpty else { throw .noFiles(directory) }
        for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
            throw .outOfOrder(migration.name, expected: Int32(index + 1))
        }
        return migrations
    }
}

/// Why the schema was not brought up to date. Nothing was changed by the step that failed.
package enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    case noFiles(String)
    case badFile(String)
    case outOfOrder(String, expected: Int32)
    case changed(String)
    case missing(String)
    case newerDatabase(String)
    case failed(String, reason: String)

    package var description: String {
        switch self {
        case .noFiles(let directory):
            "There are no migrations in \(directory); name the directory that holds 0001_….sql with --migrations."
        case .badFile(let name): "The migration \(name) can't be read, or its name does not look like 0001_roles.sql."
        case .outOfOrder(let name, let expected):
            "The migration \(name) is out of order: number \(expected) was expected. Numbers begin with 0001, without a gap."
        case .changed(let name):
            "The migration \(name) was changed after it had been applied to this database. "
                + "Restore the file as it was, and make the change in a new migration."
        case .missing(let name): "The migration \(name) was applied to this database, but its file is missing. Restore the file."
        case .newerDatabase(let name):
            "This database was made by a newer Casella: the migration \(name) is not known here. Install that version, or restore a backup."
        case .failed(let name, let reason): "The migration \(name) failed and was rolled back: \(reason)"
        }
    }
}

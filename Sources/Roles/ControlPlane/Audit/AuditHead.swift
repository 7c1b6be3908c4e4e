import AdminAPI
import Cryptography

/// The newest event's number and seal.
struct AuditHead: Equatable {
    let sequence: Int64
    let seal: [UInt8]

    /// Before the first event.
    static let none = AuditHead(sequence: 0, seal: [])

    /// The entry as the next event.
    /// - Parameter now: microseconds since 1970.
    func following(_ entry: AuditLog.Entry, at now: Int64, key: [UInt8]) throws(CryptographyError) -> SealedEvent {
        var event = SealedEvent(sequence: sequence + 1, at: now, entry: entry, seal: [])
        event.seal = try event.expectedSeal(after: seal, key: key)
        return event
    }

    /// nil when there is no such file yet.
    static func read(_ path: String) throws -> AuditHead? {
        guard let bytes = try FileSystem.read(path) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let sequence = Int64(words[0]), let seal = Hexadecimal.decode(words[1]) else {
            throw StartupError.configuration("\(path) does not hold the number and the seal of an event; restore it from a backup.")
        }
        return AuditHead(sequence: sequence, seal: seal)
    }

    func write(_ path: String) throws(StartupError) {
        try FileSystem.write(Array("\(sequence) \(Hexadecimal.encode(seal))\n".utf8), to: path, mode: 0o600)
    }
}

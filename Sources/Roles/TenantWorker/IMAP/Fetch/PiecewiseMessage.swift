import MIME
import MailStore

/// Keeps the message that a client fetches in pieces (`BODY[2]<65536.65536>`), so that it is read and parsed once, not once a piece.
struct PiecewiseMessage {
    private var kept: (uid: UID, message: ParsedMessage)?
    /// Smaller messages are read again.
    static let smallest = 32 * 1024

    func message(_ uid: UID) -> ParsedMessage? { kept?.uid == uid ? kept?.message : nil }

    /// - Returns: whether it is worth keeping.
    mutating func keep(_ message: ParsedMessage, uid: UID) -> Bool {
        guard message.bytes.count >= PiecewiseMessage.smallest else { return false }
        kept = (uid, message)
        return true
    }

    mutating func forget() { kept = nil }
    mutating func forget(_ uid: UID) {
        if kept?.uid == uid { kept = nil }
    }
}

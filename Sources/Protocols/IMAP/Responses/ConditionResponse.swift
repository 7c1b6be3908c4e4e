/// OK, NO, BAD, BYE and PREAUTH: how a command ended, or untagged news (RFC 3501 §7.1).
public struct ConditionResponse: Error, Sendable, Equatable {
    public enum Condition: String, Sendable { case ok = "OK", no = "NO", bad = "BAD", bye = "BYE", preauthenticated = "PREAUTH" }
    /// Nil: untagged.
    public var tag: String?
    public let condition: Condition
    public let code: ResponseCode?
    public let text: String

    public init(tag: String?, _ condition: Condition, _ code: ResponseCode? = nil, text: String) {
        self.tag = tag
        self.condition = condition
        self.code = code
        self.text = text
    }

    public func tagged(_ tag: String) -> ConditionResponse { ConditionResponse(tag: tag, condition, code, text: text) }

    /// The line with its line end. Text that is no TEXT-CHAR becomes `?`.
    public var bytes: [UInt8] {
        let line = "\(tag ?? "*") \(condition.rawValue) \(code.map { "[\($0.text)] " } ?? "")\(text.isEmpty ? "." : text)"
        return line.utf8.map { $0 < 0x20 || $0 >= 0x7F ? UInt8(ascii: "?") : $0 } + [ByteClass.carriageReturn, ByteClass.lineFeed]
    }

    /// `+ text`: send what you announced (RFC 3501 §7.5).
    public static func continuation(_ text: String) -> [UInt8] { Array("+ \(text)\r\n".utf8) }
}

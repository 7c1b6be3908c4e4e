/// `ID (field value …)` or `ID NIL`: the parties introduce themselves: RFC 2971 §3.1.
public struct ID: IMAPCommand {
    public static let name = "ID"
    public static let allowed: SessionStates = .any
    /// Fields and values as sent; empty for NIL. For statistics only: nothing may depend on them.
    public let fields: [(name: [UInt8], value: [UInt8]?)]
    static let mostFields = 30  // RFC 2971 §3.3

    public init(parsing input: inout Parser) throws(SyntaxError) {
        try input.space()
        var fields: [(name: [UInt8], value: [UInt8]?)] = []
        if input.next == UInt8(ascii: "(") {
            try input.list(mayBeEmpty: true) { input throws(SyntaxError) in
                let name = try input.string()
                try input.space()
                fields.append((name, try input.nstring()))
                guard fields.count <= ID.mostFields else { throw .tooComplex }
            }
        } else if try input.nstring() != nil {
            throw .expected("a list or NIL")
        }
        self.fields = fields
        try input.endOfLine()
    }
}

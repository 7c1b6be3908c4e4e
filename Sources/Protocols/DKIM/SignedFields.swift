import SMTP

/// The fields of a header that a signature is of (RFC 6376 §5.4): the same for every key that signs the message.
public struct SignedFields: Sendable {
    /// For `h=`.
    let names: [String]
    /// Their relaxed form, each with its line end.
    let canonical: [UInt8]

    /// Fields that a reader sees or a mail program goes by; what is added on the way, such as Received, is not among them (§5.4.1).
    private static let names = [
        "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted",
        "mime-version", "content-type", "content-transfer-encoding",
    ]

    /// - Parameter scan: of the header, which has all its fields.
    public init(of header: [UInt8], _ scan: HeaderScan) {
        let fields = Dictionary(grouping: scan.fields) { $0.name }
        // Once more than there are: a From that somebody adds breaks the signature (§8.15).
        let names = Self.names.flatMap { name in
            Array(repeating: name, count: (fields[name]?.count ?? 0) + (name == "from" ? 1 : 0))
        }
        self.init(names, from: fields, of: header)
    }

    /// - Parameter names: for `h=`, in any case.
    init(_ names: [String], from fields: [String: [HeaderScan.Field]], of header: [UInt8]) {
        self.names = names
        var left = fields
        var canonical: [UInt8] = []
        for name in names {
            // From the last one upwards (§5.4.2); one that is not there counts as nothing.
            guard let field = left[name.lowercased()]?.popLast() else { continue }
            canonical += RelaxedHeader.field(field.name.utf8, header[field.valueStart..<field.range.upperBound]) + [13, 10]
        }
        self.canonical = canonical
    }
}

import MIME
import SMTP

/// A `DKIM-Signature` field in the making (RFC 6376 §3.5): what is to be signed, and the field once that is done.
public struct SignatureField: Sendable {
    /// Up to `b=`, folded, without the field's name.
    private let value: String
    /// What the signature is of.
    public let signed: [UInt8]

    /// Fields that a reader sees or a mail program goes by; what is added on the way, such as Received, is not among them (§5.4.1).
    private static let names = [
        "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted",
        "mime-version", "content-type", "content-transfer-encoding",
    ]

    /// - Parameters:
    ///   - header: of the message, with all its fields.
    ///   - bodyHash: SHA-256 of the body's relaxed form.
    ///   - time: seconds since 1970.
    public init(
        algorithm: Algorithm, domain: String, selector: String, time: Int64, header: [UInt8], bodyHash: [UInt8]
    ) {
        let scan = HeaderScan(header)
        // Once more than there are: a From that somebody adds breaks the signature (§8.15).
        let names = Self.names.flatMap { name in
            Array(repeating: name, count: scan.fields(named: name).count + (name == "from" ? 1 : 0))
        }
        self.init(
            "v=1; a=\(algorithm.rawValue); c=relaxed/relaxed; d=\(domain);\r\n s=\(selector); t=\(time);\r\n h="
                + names.joined(separator: ":\r\n  ") + ";\r\n bh=\(String(decoding: Base64.encode(bodyHash), as: UTF8.self));\r\n b=",
            names: names, header: header, scan)
    }

    /// - Parameter value: with an empty `b=`, and `names` for `h=`.
    init(_ value: String, names: [String], header: [UInt8], _ scan: HeaderScan) {
        self.value = value
        var left = Dictionary(grouping: scan.fields) { $0.name }
        var signed: [UInt8] = []
        for name in names {
            // From the last one upwards (§5.4.2); one that is not there counts as nothing.
            guard let field = left[name.lowercased()]?.popLast() else { continue }
            signed += RelaxedHeader.field(Array(field.name.utf8), header[field.valueStart..<field.range.upperBound]) + [13, 10]
        }
        self.signed = signed + RelaxedHeader.field(Array("dkim-signature".utf8), Array(value.utf8))
    }

    /// The whole field, with its line end.
    public func field(signature: [UInt8]) -> [UInt8] {
        var output = Array("DKIM-Signature: \(value)".utf8)
        var rest = Base64.encode(signature)[...]
        while !rest.isEmpty {
            output += Array("\r\n  ".utf8) + rest.prefix(72)
            rest = rest.dropFirst(72)
        }
        return output + [13, 10]
    }
}

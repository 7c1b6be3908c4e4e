import MIME

/// A `DKIM-Signature` field in the making (RFC 6376 §3.5): what is to be signed, and the field once that is done.
public struct SignatureField: Sendable {
    /// Up to `b=`, folded, without the field's name.
    private let value: String
    /// What the signature is of.
    public let signed: [UInt8]

    /// - Parameters:
    ///   - time: seconds since 1970.
    ///   - bodyHash: SHA-256 of the body's relaxed form.
    public init(
        algorithm: Algorithm, domain: String, selector: String, time: Int64, fields: SignedFields, bodyHash: [UInt8]
    ) {
        self.init(
            "v=1; a=\(algorithm.rawValue); c=relaxed/relaxed; d=\(domain);\r\n s=\(selector); t=\(time);\r\n h="
                + fields.names.joined(separator: ":\r\n  ")
                + ";\r\n bh=\(String(decoding: Base64.encode(bodyHash), as: UTF8.self));\r\n b=",
            fields: fields)
    }

    /// - Parameter value: with an empty `b=`, and the fields' names for `h=`.
    init(_ value: String, fields: SignedFields) {
        self.value = value
        signed = fields.canonical + RelaxedHeader.field("dkim-signature".utf8, value.utf8)
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

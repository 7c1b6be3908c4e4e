/// A message that rules are asked about, as far as they look into it: nothing of its body.
public struct ExplainedMessage: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Each octet as the character of that number, so that JSON can hold whatever stands there. nil: there is no message.
    public private(set) var header: String?

    /// Octets of the header that are asked about, from its beginning.
    public static let limit = 64 * 1024

    public init() {}

    /// - Parameter header: with CRLF at the ends of its lines.
    public init(header: [UInt8]) {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: header.prefix(Self.limit).map { UnicodeScalar($0) })
        self.header = String(text)
    }

    /// nil when there is no message.
    public func octets() throws(AdminError) -> [UInt8]? {
        guard let header else { return nil }
        let octets = header.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
        guard octets.count == header.unicodeScalars.count, octets.count <= Self.limit else {
            throw AdminError(.invalid, "The message's header is not understood.", hint: "It has octets, \(Self.limit) at most.")
        }
        return octets
    }

    /// Without what stands there, which is not the platform's.
    public var description: String { header == nil ? "no message" : "a message" }
}

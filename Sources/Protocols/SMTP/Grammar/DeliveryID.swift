/// Names one message on its way through the platform, so that a repeated hand-over is not a second delivery. 16 octets.
public struct DeliveryID: Sendable, Hashable, CustomStringConvertible {
    public let octets: [UInt8]

    /// - Returns: nil when there are not 16.
    public init?(octets: [UInt8]) {
        guard octets.count == 16 else { return nil }
        self.octets = octets
    }

    /// Reads 32 hexadecimal digits.
    public init?(hexadecimal digits: some Collection<UInt8>) {
        guard digits.count == 32 else { return nil }
        var octets: [UInt8] = []
        var iterator = digits.makeIterator()
        while let high = iterator.next() {
            guard let high = high.hexValue, let low = iterator.next()?.hexValue else { return nil }
            octets.append(high << 4 | low)
        }
        self.octets = octets
    }

    public init?(_ text: String) { self.init(hexadecimal: text.utf8) }

    /// 32 hexadecimal digits in lower case.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// What a browser sends of a form: `application/x-www-form-urlencoded` (WHATWG, URL, §5).
///
/// Read more strictly than browsers do: what none of them writes is refused, such as octets that should have been encoded, a `%` without
/// its two digits, what is not UTF-8, and U+0000.
public struct FormFields: Sendable, Equatable {
    /// Fields of one form.
    public static let limit = 64

    private let values: [String: [String]]

    /// Of no form.
    public init() { values = [:] }

    public init?(parsing body: some Collection<UInt8>) {
        var values: [String: [String]] = [:]
        var count = 0
        for pair in body.split(separator: UInt8(ascii: "&")) {
            count += 1
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard count <= Self.limit, let name = Self.decoded(pair[..<equals]), let value = Self.decoded(pair[equals...].dropFirst())
            else { return nil }
            values[name, default: []].append(value)
        }
        self.values = values
    }

    /// The value of a field that is there once; nil for one that is missing, or stands there several times.
    public subscript(name: String) -> String? {
        guard let found = values[name], found.count == 1 else { return nil }
        return found[0]
    }

    /// The values of boxes that were ticked.
    public func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A text of several lines, whose ends browsers write as CR LF.
    public func lines(_ name: String) -> String? {
        self[name].map { text in
            let octets = Array(text.utf8)
            let kept = octets.indices.filter { index in
                octets[index] != 0x0D || index + 1 == octets.count || octets[index + 1] != 0x0A
            }
            return String(decoding: kept.map { octets[$0] }, as: UTF8.self)
        }
    }

    private static func decoded(_ text: some Collection<UInt8>) -> String? {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let octet = rest.next() {
            switch octet {
            case UInt8(ascii: "+"): octets.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
                octets.append(high << 4 | low)
            case 0x21...0x7E: octets.append(octet)
            default: return nil
            }
        }
        guard !octets.contains(0) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x37
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }
}

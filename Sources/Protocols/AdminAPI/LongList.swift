/// A list that a call answers. A long one travels as a JSON array (RFC 8259 §5) with a line for every 256 elements, so that both sides
/// write and read its parts side by side; who knows nothing of the lines reads an array as any other.
public protocol LongList: Codable {
    /// In their order; one at least.
    var parts: [Self] { get }
    init(parts: [Self])
}

extension Array: LongList where Element: Codable {
    private static var partLength: Int { 256 }

    public var parts: [Self] {
        guard count > Self.partLength else { return [self] }
        return stride(from: 0, to: count, by: Self.partLength).map { Array(self[$0..<Swift.min($0 + Self.partLength, count)]) }
    }

    public init(parts: [Self]) { self = Array(parts.joined()) }
}

/// The array of a long list, and those of its parts.
public enum ListLines {
    /// - Parameter arrays: the parts in JSON, without white space around them; none is empty if there are several.
    public static func joined(_ arrays: [[UInt8]]) -> [UInt8] {
        var whole: [UInt8] = []
        whole.reserveCapacity(arrays.reduce(0) { $0 + $1.count })
        for (index, array) in arrays.enumerated() {
            whole += index == 0 ? array[...] : array.dropFirst()
            if index < arrays.count - 1 { whole.replaceSubrange((whole.count - 1)..., with: separator) }
        }
        return whole
    }

    /// The whole itself where it has no lines. A line end within an element does not occur: strings have it escaped (RFC 8259 §7).
    public static func split(_ whole: [UInt8]) -> [[UInt8]] {
        let lines = whole.split(separator: separator[1])
        return lines.enumerated().map { index, line in
            let isFirst = index == 0, isLast = index == lines.count - 1
            return (isFirst ? [] : [UInt8(ascii: "[")]) + (isLast ? Array(line) : line.dropLast() + [UInt8(ascii: "]")])
        }
    }

    private static let separator = Array(",\n".utf8)
}

/// A route such as `/tenants/{name}/suspend`: fixed segments, and named ones that a request fills.
public struct PathTemplate: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    enum Segment: Sendable, Hashable { case fixed(String), parameter(String) }

    let segments: [Segment]

    public init(stringLiteral text: String) {
        segments = text.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}") ? .parameter(String(part.dropFirst().dropLast())) : .fixed(String(part))
        }
    }

    public var description: String {
        segments.map { segment in
            switch segment {
            case .fixed(let text): "/\(text)"
            case .parameter(let name): "/{\(name)}"
            }
        }.joined()
    }

    /// The first segment: what kind of thing the call is about.
    public var noun: String { if case .fixed(let text)? = segments.first { text } else { "" } }

    public var parameterNames: [String] {
        segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// The path of a request: the values, percent-encoded, in the order of their parameters. Missing ones are left empty.
    public func filled(_ values: [String]) -> String {
        var next = values.makeIterator()
        return segments.map { segment in
            switch segment {
            case .fixed(let text): "/\(text)"
            case .parameter: "/\(PercentEncoding.encode(next.next() ?? ""))"
            }
        }.joined()
    }

    /// The parameters of a request's path (without query), decoded; nil when the path is another one or is badly encoded.
    public func match(_ path: some StringProtocol) -> PathParameters? {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.first?.isEmpty == true, parts.count == segments.count + 1 else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, parts.dropFirst()) {
            guard let text = PercentEncoding.decode(part) else { return nil }
            switch segment {
            case .fixed(let expected): if text != expected { return nil }
            case .parameter(let name):
                guard !text.isEmpty else { return nil }
                values[name] = text
            }
        }
        return PathParameters(values)
    }
}

/// The named values of one request, from its path or its query.
public struct PathParameters: Sendable, Hashable {
    private let values: [String: String]

    public init(_ values: [String: String]) { self.values = values }

    /// Reads `a=1&b=2` (without the question mark); nil when it is badly encoded. The first of a repeated name counts.
    public init?(query: some StringProtocol) {
        var values: [String: String] = [:]
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = PercentEncoding.decode(pair[..<equals]), let value = PercentEncoding.decode(pair[equals...].dropFirst())
            else { return nil }
            if values[name] == nil { values[name] = value }
        }
        self.values = values
    }

    public subscript(name: String) -> String? { values[name] }

    /// All values, by their names.
    public var texts: [String] { values.sorted { $0.key < $1.key }.map(\.value) }

    /// The value, checked. A path's parameters are never missing once the path matched.
    public func require<Value: ValidatedText>(_ name: String, as type: Value.Type = Value.self) throws(AdminError) -> Value {
        guard let text = values[name] else { throw AdminError(.invalid, "The parameter \(name) is missing.") }
        return try Value(text)
    }

    /// The value of a query parameter, checked; nil when it was left out.
    public func optional<Value: ValidatedText>(_ name: String, as type: Value.Type = Value.self) throws(AdminError) -> Value? {
        guard let text = values[name] else { return nil }
        return try Value(text)
    }
}

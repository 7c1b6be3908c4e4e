import AdminAPI
import Yams

/// Reads values out of a YAML tree, and remembers what is wrong by its line.
struct YAMLReading {
    private(set) var mistakes: [UserFile.Mistake] = []
    /// Nodes that may still be looked at: a small text can stand for a tree of any size (anchors).
    private var budget = 20_000_000

    mutating func wrong(_ node: Node?, _ sentence: String) {
        mistakes.append(UserFile.Mistake(line: node?.mark?.line ?? 1, sentence: sentence))
    }

    /// The values of a mapping by their keys; nil when it is none. A key that is not known is a mistake.
    /// - Parameter isExtensible: whether keys that begin with `x-` are passed over: anchors may stand there.
    mutating func fields(_ node: Node, of what: String, known: [String], isExtensible: Bool = false) -> [String: Node]? {
        guard let all = merged(node, of: what, known, isExtensible) else { return nil }
        // A key without a value is as if it were not there.
        return all.filter { !Self.isNull($0.value) }
    }

    /// With what its merge keys bring, which its own keys go before (https://yaml.org/type/merge.html).
    private mutating func merged(_ node: Node, of what: String, _ known: [String], _ isExtensible: Bool) -> [String: Node]? {
        guard spend(node) else { return nil }
        guard case .mapping(let mapping) = node else {
            wrong(node, "\(what) is a mapping of \(known.joined(separator: ", ")).")
            return nil
        }
        var fields: [String: Node] = [:], others: [Node] = []
        for (key, value) in mapping {
            let name = key.scalar?.string ?? "this"
            if name == "<<" {
                if case .sequence(let sequence) = value { others += sequence } else { others.append(value) }
            } else if key.scalar != nil, known.contains(name) {
                fields[name] = value
            } else if !isExtensible || !name.hasPrefix("x-") {
                let advice = Suggestion.nearest(to: name, in: known).map { " Did you mean \"\($0)\"?" }
                wrong(key, "\(what) has no key \"\(name.prefix(60))\".\(advice ?? " Keys are \(known.joined(separator: ", ")).")")
            }
        }
        for other in others {
            guard let more = merged(other, of: what, known, isExtensible) else { continue }
            fields.merge(more) { own, _ in own }
        }
        return fields
    }

    /// The items of a list; one that is not written is empty.
    mutating func list(_ node: Node?, _ key: String) -> [Node] {
        guard let node, spend(node) else { return [] }
        guard case .sequence(let sequence) = node else {
            wrong(node, "\(key): this is a list.")
            return []
        }
        return Array(sequence)
    }

    /// - Parameter parse: throws `AdminError` for a text that is wrong.
    mutating func value<Value>(_ node: Node?, _ key: String, _ parse: (String) throws -> Value) -> Value? {
        guard let node, spend(node) else { return nil }
        guard case .scalar(let scalar) = node else {
            wrong(node, "\(key): this is a single value.")
            return nil
        }
        do { return try parse(scalar.string) } catch {
            let error = error as? AdminError
            let sentence = error.map { UserFile.Mistake(line: 0, $0).sentence } ?? "it is not understood."
            wrong(node, "\(key): \(sentence)")
            return nil
        }
    }

    mutating func values<Value>(_ node: Node?, _ key: String, _ parse: (String) throws -> Value) -> [Value]? {
        guard let node else { return nil }
        return list(node, key).compactMap { item in value(item, key, parse) }
    }

    mutating func require(_ fields: [String: Node], _ key: String, of what: String, at node: Node) {
        if fields[key] == nil { wrong(node, "\(what) needs a \(key).") }
    }

    private mutating func spend(_ node: Node) -> Bool {
        budget -= 1
        if budget == 0 { wrong(node, "The file says too much.") }
        return budget > 0
    }

    static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }
}

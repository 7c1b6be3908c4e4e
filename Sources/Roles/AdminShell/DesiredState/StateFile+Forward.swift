import AdminAPI
import Yams

extension StateFile {
    /// `none`, or where the user's mail goes.
    static func forward(_ node: Node?, _ reading: inout YAMLReading) -> DesiredForward? {
        guard let node else { return nil }
        if case .scalar(let scalar) = node, scalar.string == "none" { return .off }
        guard let fields = reading.fields(node, of: "A forward", known: ["to", "copy"]) else { return nil }
        reading.require(fields, "to", of: "A forward", at: node)
        let targets = reading.values(fields["to"], "to") { try TargetAddress($0) }
        let copy = reading.value(fields["copy"], "copy") { text in
            guard let copy = Bool(text) else {
                throw AdminError(.invalid, "\"\(text.prefix(60))\" says not whether a copy stays.", hint: "Write true or false.")
            }
            return copy
        }
        guard let targets else { return nil }
        let forward = NewForward(to: targets, copy: copy ?? true)
        do { try forward.validate() } catch { reading.wrong(node, "forward: \(error.message)") }
        return .on(forward)
    }
}

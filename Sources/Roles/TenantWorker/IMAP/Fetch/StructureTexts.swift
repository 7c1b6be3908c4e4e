import IMAP
import MIME
import MailStore
import Runtime

/// ENVELOPE, BODY and BODYSTRUCTURE as they are sent. They are kept in memory for the next session that asks: clients fetch them of
/// whole mailboxes again and again.
extension FetchRun {
    /// Whether some text of the message has to be made from its structure.
    func lacksStructure(_ uid: UID) -> Bool {
        plan.structures.contains { selection.derived.bytes($0, of: uid, in: selection.mailbox) == nil }
    }

    /// The texts that the plan names, in its order; nil when the message is expunged.
    func structureTexts(of uid: UID, _ encoded: [UInt8]?) async throws -> [[UInt8]]? {
        if let texts = structureTextsAtHand(of: uid, encoded) { return texts }
        guard let bytes = try await selection.bytes(of: uid) else { return nil }
        return structureTexts(of: uid, from: CachedStructure(of: await ParsedMessage.reading(bytes)))
    }

    /// The same without a wait; nil when the message has to be read.
    private func structureTextsAtHand(of uid: UID, _ encoded: [UInt8]?) -> [[UInt8]]? {
        guard plan.needsStructure else { return [] }
        let kept = plan.structures.compactMap { selection.derived.bytes($0, of: uid, in: selection.mailbox) }
        if kept.count == plan.structures.count { return kept }
        return encoded.flatMap { CachedStructure(decoding: $0) }.map { structureTexts(of: uid, from: $0) }
    }

    private func structureTexts(of uid: UID, from structure: CachedStructure) -> [[UInt8]] {
        plan.structures.map { kind in
            let text = FetchRun.text(kind, of: structure)
            selection.derived.keep(text, as: kind, of: uid, in: selection.mailbox)
            return text
        }
    }

    private static func text(_ kind: DerivedBytes.Kind, of structure: CachedStructure) -> [UInt8] {
        var output = ResponseWriter()
        switch kind {
        case .envelope: output.envelope(structure.envelope)
        case .body: output.body(structure.body, extensible: false)
        case .bodyStructure: output.body(structure.body, extensible: true)
        case .searchedFields: break
        }
        return output.bytes
    }
}

extension FetchItem {
    /// What of a message's structure the item asks for.
    var structure: DerivedBytes.Kind? {
        switch self {
        case .envelope: .envelope
        case .body: .body
        case .bodyStructure: .bodyStructure
        default: nil
        }
    }

    /// The name before the text.
    var structureName: String {
        switch self {
        case .envelope: "ENVELOPE "
        case .body: "BODY "
        default: "BODYSTRUCTURE "
        }
    }
}

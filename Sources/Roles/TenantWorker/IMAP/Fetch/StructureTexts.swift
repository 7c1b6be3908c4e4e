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
        var texts: [[UInt8]] = []
        var structure: CachedStructure?
        for kind in plan.structures {
            if let kept = selection.derived.bytes(kind, of: uid, in: selection.mailbox) {
                texts.append(kept)
                continue
            }
            if structure == nil { structure = encoded.flatMap { CachedStructure(decoding: $0) } }
            if structure == nil, let bytes = try await selection.bytes(of: uid) {
                structure = CachedStructure(of: await ParsedMessage.reading(bytes))
            }
            guard let structure else { return nil }
            let text = FetchRun.text(kind, of: structure)
            selection.derived.keep(text, as: kind, of: uid, in: selection.mailbox)
            texts.append(text)
        }
        return texts
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

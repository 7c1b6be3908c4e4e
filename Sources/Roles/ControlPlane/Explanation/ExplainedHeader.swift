import AdminAPI
import MailRules
import SMTP

/// The header of a message that rules are asked about.
struct ExplainedHeader: Sendable {
    let bytes: [UInt8]
    let scan: HeaderScan

    /// nil when the question is about no message.
    init?(_ message: ExplainedMessage) throws(AdminError) {
        guard let bytes = try message.octets() else { return nil }
        (self.bytes, scan) = (bytes, HeaderScan(bytes))
    }

    func values(_ name: String) -> [[UInt8]] { scan.fields(named: name).map { scan.value(of: $0, in: bytes) } }
}

extension ExplainedHeader {
    /// Whether it passed through too many servers.
    func hops(limit: Int) -> Explanation.Step {
        let count = ReceivedFields.count(in: bytes)
        guard count > limit else { return .passes("hops", "It passed through \(count) servers, of \(limit) that it may.") }
        return .refuses(
            "hops", "It passed through \(count) servers, more than \(limit): it seems to go round in a circle.", reply: "554 5.4.6",
            change: nil)
    }

    /// Whether it was delivered to an address before that sends it on, or to a group.
    func round(_ address: EmailAddress) -> Explanation.Step {
        let rule = "loop through \(address)"
        let text = Array(address.text.utf8)
        let wasThere = values("delivered-to").contains { Array(String(decoding: $0, as: UTF8.self).lowercased().utf8) == text }
        guard wasThere else { return .passes(rule, "It was not there before.") }
        return .refuses(rule, "It was delivered to this address before: it goes round in a circle.", reply: "554 5.4.6", change: nil)
    }

    /// Why no vacation reply answers it; nil: nothing in it speaks against that.
    func obstacle(from sender: TargetAddress?) -> String? {
        let reversePath = sender.flatMap { SMTP.EnvelopeAddress($0.text) }.map { ReversePath.address($0) }
        return switch AnswerableMessage.obstacle(to: reversePath, scan, in: bytes) {
        case nil: nil
        case .nobody, .program: "it is from an address of a program"
        case .list: "it is a list's, as its List fields say"
        case .automatic: "a program wrote it, as its Auto-Submitted says"
        case .bulk: "it is sent to many, as its Precedence says"
        }
    }

    /// Those that the message says it is for.
    var addressees: [(localPart: String, domain: String)] {
        AnswerableMessage(Self.somebody, scan, in: bytes)?.addressees ?? []
    }

    /// In place of the sender, when only the addressees are asked for.
    private static let somebody = ReversePath(text: "somebody@invalid") ?? .null
}

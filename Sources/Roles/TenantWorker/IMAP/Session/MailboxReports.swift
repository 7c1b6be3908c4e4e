import IMAP
import MailStore
import Runtime

/// What a session tells its client unasked (RFC 3501 §5.2 and §7.4.1).
extension IMAPConnection {
    /// Reports what changed in the selected mailbox. Without `expunges`, removed messages keep their numbers for now.
    func report(expunges: Bool) {
        guard let selection, mayReport else { return }
        for change in selection.takeChanges(expunges: expunges) {
            switch change {
            case .expunged(let number, let uid):
                piecewise.forget(uid)
                send(.expunge(number))
            case .exists(let count, let recent):
                send(.exists(count))
                send(.recent(recent))
            case .flags(let number, let info): reportFlags(of: info, number: number)
            }
        }
    }

    func reportFlags(of info: MessageInfo, number: Int) {
        announceKeywords(info.keywords)
        let isRecent = selection?.isRecent(info.uid) ?? false
        connection.write(
            FetchResponse.flags(
                number: number, uid: reportsUIDs ? info.uid : nil, SystemFlags(info.flags), keywords: info.keywords, isRecent: isRecent))
    }

    /// A keyword has to be in a FLAGS response before a message shows it (RFC 3501 §7.2.6).
    func announceKeywords(_ keywords: [String]) {
        let unknown = keywords.filter { announcedKeywords[$0.lowercased()] == nil }
        guard !unknown.isEmpty, let selection else { return }
        for keyword in unknown { announcedKeywords[keyword.lowercased()] = keyword }
        announceFlags(isReadOnly: selection.isReadOnly)
    }

    func announceFlags(isReadOnly: Bool) {
        let keywords = announcedKeywords.values.sorted()
        send(.flags(.all, keywords: keywords))
        let permanent: ResponseCode =
            isReadOnly
            ? .permanentFlags([], keywords: [], mayCreate: false) : .permanentFlags(.all, keywords: keywords, mayCreate: true)
        send(ConditionResponse(tag: nil, .ok, permanent, text: isReadOnly ? "No flag can be changed" : "Flags that can be changed"))
    }
}

extension SystemFlags {
    init(_ flags: MessageFlags) { self.init(rawValue: Int32(flags.rawValue)) }
}

extension MessageFlags {
    init(_ flags: SystemFlags) { self.init(rawValue: UInt8(truncatingIfNeeded: flags.rawValue)) }
}

import IMAP
import MailStore
import Runtime

/// The one place where errors become IMAP responses (codes: RFC 5530 §3).
enum IMAPRefusal {
    static let noSuchMailbox = ConditionResponse(tag: nil, .no, .nonExistent, text: "There is no such mailbox")
    static let noSuchTarget = ConditionResponse(tag: nil, .no, .tryCreate, text: "There is no such mailbox; it can be created")
    static let readOnly = ConditionResponse(tag: nil, .no, .readOnly, text: "The mailbox is open for reading only")
    static let invalidName = ConditionResponse(tag: nil, .no, .cannot, text: "This mailbox name is not possible")
    static let notAllowed = ConditionResponse(tag: nil, .no, .noPermission, text: "You have no right to do this in this shared mailbox")
    static let namespaceTaken = ConditionResponse(
        tag: nil, .no, .cannot, text: "Names under Shared/ are those of shared mailboxes, which administrators make")
    static let expungeIssued = ConditionResponse(tag: nil, .no, .expungeIssued, text: "Some of the messages no longer exist")

    /// - Parameter session: named in the log, where that has more to say than the client is told.
    @EventLoopActor
    static func response(to error: any Error, in session: IMAPConnection) -> ConditionResponse {
        switch error {
        case let response as ConditionResponse: return response
        case let error as StoreError: return response(to: error, in: session)
        default:
            let reference = String(UInt32.random(in: .min ... .max), radix: 36)
            Log.error("an IMAP command failed", named(session, ["reference": reference, "error": "\(error)"]))
            return ConditionResponse(tag: nil, .no, .serverBug, text: "Internal error; its reference is \(reference)")
        }
    }

    @EventLoopActor
    private static func response(to error: StoreError, in session: IMAPConnection) -> ConditionResponse {
        func no(_ code: ResponseCode?, _ text: String) -> ConditionResponse { ConditionResponse(tag: nil, .no, code, text: text) }
        switch error {
        case .leaseLost: return no(.unavailable, "The mail store is restarting; please try again in a few minutes")
        case .unavailable(let reason):
            Log.warning("the mail store is not available", named(session, ["reason": reason]))
            return no(.unavailable, "The mail store is not available; please try again in a few minutes")
        case .overQuota(let quota):
            let unit = quota.resource == .bytes ? "octets" : "messages"
            return no(
                .overQuota,
                "The \(quota.scope)'s quota is full (\(quota.used) of \(quota.limit) \(unit)); delete mail or ask the administrator")
        case .noSuchUser: return no(.unavailable, "The account is not available")
        case .noSuchMailbox: return noSuchMailbox
        case .mailboxExists: return no(.alreadyExists, "The mailbox exists already")
        case .invalidMailboxName: return invalidName
        case .notPermitted(let reason): return no(.cannot, reason)
        case .limitReached(let reason): return no(.limit, reason)
        case .damaged(let place):
            Log.error("a stored message can't be read", named(session, ["place": place]))
            return no(.corruption, "A message can't be read back; the administrator has been told")
        case .maildropLocked: return no(.inUse, "The mailbox is in use")
        }
    }

    @EventLoopActor
    private static func named(_ session: IMAPConnection, _ fields: [String: String]) -> [String: String] {
        fields.merging(["user": "\(session.user)", "session": session.connection.session]) { first, _ in first }
    }
}

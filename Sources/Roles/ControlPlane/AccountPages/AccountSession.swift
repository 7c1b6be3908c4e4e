import AdminAPI
import Runtime

/// Somebody who is signed in to the account pages.
@EventLoopActor
final class AccountSession {
    /// Names it on the page that lists them; no secret.
    let number: Int64
    /// Of the token that the browser has.
    let digest: [UInt8]
    /// What each form of its pages holds, so that no page of somebody else can send one.
    let formToken: String
    /// As it was when the session began, or was begun anew.
    let standing: AccountStanding
    let client: String
    /// Seconds since 1970.
    let since: Int64
    let began: ContinuousClock.Instant
    var lastUse: ContinuousClock.Instant
    /// What one-time passwords will be made from once one of them was typed; sealed.
    var pendingSecret: [UInt8]?
    private var note: (page: AccountPage, note: Note)?

    /// What a page tells once.
    struct Note: Sendable, Equatable {
        let text: String
        /// Told nowhere else, and never again.
        var secret: String?
    }

    init(
        number: Int64, digest: [UInt8], formToken: String, standing: AccountStanding, client: String, since: Int64,
        now: ContinuousClock.Instant
    ) {
        (self.number, self.digest, self.formToken, self.standing) = (number, digest, formToken, standing)
        (self.client, self.since, began, lastUse) = (client, since, now, now)
    }

    /// Has the page say something, the next time that it is shown.
    func say(_ text: String, secret: String? = nil, on page: AccountPage) { note = (page, Note(text: text, secret: secret)) }

    func takeNote(of page: AccountPage) -> Note? {
        guard let note, note.page == page else { return nil }
        self.note = nil
        return note.note
    }

    /// Whether the account is still the one that was signed in to: the same address, the same password, and what else that needs.
    func fits(_ now: AccountStanding) -> Bool {
        now.address == standing.address && now.passwordSetAt == standing.passwordSetAt
            && now.oneTimePasswordsSince == standing.oneTimePasswordsSince && now.isInPlan
    }
}

import IMAP
import MailStore
import Runtime

extension Logout: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        session.select(nil)
        session.send(ConditionResponse(tag: nil, .bye, text: "Logging out"))
        session.isLoggedOut = true
        return completed()
    }
}

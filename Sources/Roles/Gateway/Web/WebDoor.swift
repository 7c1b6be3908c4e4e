import Glibc
import HTTP
import MIME
import Runtime

/// A connection for what is told over HTTPS: one request, one answer; or, if that is for the account pages, all requests for the control
/// plane.
@EventLoopActor
final class WebDoor {
    private let documents: WebDocuments
    private let accounts: AccountRelay?
    private let connection: Connection
    private let patience: Duration

    /// - Parameters:
    ///   - accounts: nil when there are no account pages.
    ///   - patience: for the whole request, however steadily it comes, and then for the answer to be taken.
    init(documents: WebDocuments, accounts: AccountRelay?, connection: Connection, patience: Duration = .seconds(15)) {
        (self.documents, self.accounts, self.connection, self.patience) = (documents, accounts, connection, patience)
    }

    func run() async {
        let deadline = ContinuousClock.now + patience
        let hasAccounts = accounts != nil
        var reader = HTTPRequestReader { path in
            hasAccounts && AccountRelay.leads(path) ? AccountRelay.bodyLimit : HTTPRequestReader.bodyLimit
        }
        do {
            while true {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero, let bytes = try await connection.read(timeout: left) else { return }
                let outcome = reader.receive(bytes.readableBytesView)
                // Once its head is right: a body is the control plane's to wait for.
                if let accounts, let target = reader.target, AccountRelay.leads(target.path) {
                    guard let refusal = await accounts.serve(connection, after: reader.received) else { return }
                    return try await send(refusal, toHead: target.method == "HEAD")
                }
                switch outcome {
                case .incomplete: break
                case .awaitsContinue:
                    connection.write(HTTPResponse.goOn)
                    try await connection.flush(timeout: patience)
                case .request(let request):
                    return try await send(documents.answer(to: request), toHead: request.method == "HEAD")
                case .refused(let status):
                    return try await send(.refusal(status, "The request cannot be read, or is too large."), toHead: false)
                }
            }
        } catch {
            // The client is gone, or too slow.
        }
    }

    private func send(_ response: HTTPResponse, toHead isHead: Bool) async throws(ConnectionError) {
        connection.write(response.octets(toHead: isHead, date: Self.now()))
        try await connection.flush(timeout: patience)
    }

    /// As RFC 9110 §5.6.7 writes it, `Sun, 06 Nov 1994 08:49:37 GMT`; not by strftime, which looks for a file of time zones.
    private static func now() -> String {
        var words = String(decoding: DateTime(secondsSince1970: Int64(time(nil))).formatted, as: UTF8.self).split(separator: " ")[...]
        words.removeLast()
        return words.map { $0.count < 2 ? "0" + $0 : String($0) }.joined(separator: " ") + " GMT"
    }
}

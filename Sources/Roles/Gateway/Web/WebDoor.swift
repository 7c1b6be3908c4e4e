import Glibc
import HTTP
import MIME
import Runtime

/// A connection for what is told over HTTPS: one request, one answer.
@EventLoopActor
final class WebDoor {
    /// For the whole request, however steadily it comes, and then for the answer to be taken.
    private static let patience = Duration.seconds(15)

    private let documents: WebDocuments
    private let connection: Connection

    init(documents: WebDocuments, connection: Connection) { (self.documents, self.connection) = (documents, connection) }

    func run() async {
        let deadline = ContinuousClock.now + Self.patience
        var reader = HTTPRequestReader()
        do {
            while true {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero, let bytes = try await connection.read(timeout: left) else { return }
                switch reader.receive(bytes.readableBytesView) {
                case .incomplete: break
                case .awaitsContinue:
                    connection.write(HTTPResponse.goOn)
                    try await connection.flush(timeout: Self.patience)
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
        try await connection.flush(timeout: Self.patience)
    }

    /// As RFC 9110 §5.6.7 writes it, `Sun, 06 Nov 1994 08:49:37 GMT`; not by strftime, which looks for a file of time zones.
    private static func now() -> String {
        var words = String(decoding: DateTime(secondsSince1970: Int64(time(nil))).formatted, as: UTF8.self).split(separator: " ")[...]
        words.removeLast()
        return words.map { $0.count < 2 ? "0" + $0 : String($0) }.joined(separator: " ") + " GMT"
    }
}

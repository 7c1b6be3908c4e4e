import Glibc
import HTTP
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

    /// RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func now() -> String {
        var seconds = time(nil), parts = tm(), text = [CChar](repeating: 0, count: 64)
        gmtime_r(&seconds, &parts)
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)  // no locale was set: English names
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

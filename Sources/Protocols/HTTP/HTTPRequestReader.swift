/// Reads the one request of a connection from the bytes as they come.
///
/// - Limits: `headLimit`, and `bodyLimit` where none else is given; of what comes behind the request nothing is looked at.
public struct HTTPRequestReader: Sendable {
    /// Octets of the request line and the fields, with the empty line at their end.
    public static let headLimit = 8 * 1024
    public static let bodyLimit = 16 * 1024

    public enum Outcome: Sendable, Equatable {
        case incomplete
        /// As before; and the client waits to be told that it may send the body (RFC 9110 §10.1.1). Said once.
        case awaitsContinue
        case request(HTTPRequest)
        case refused(HTTPStatus)
    }

    /// All that came so far, for who passes it on.
    public private(set) var received: [UInt8] = []
    /// Where the end of the head may still begin.
    private var searched = 0
    private var head: HTTPRequestHead?
    private var bodyStart = 0
    private let limit: @Sendable (String) -> Int

    /// - Parameter limit: octets that the body for a path may have.
    public init(limit: @escaping @Sendable (String) -> Int = { _ in HTTPRequestReader.bodyLimit }) { self.limit = limit }

    /// What the request asks for, known once its head is whole and is none that is refused.
    public var target: (method: String, path: String)? { head.map { (method: $0.method, path: $0.path) } }

    public mutating func receive(_ bytes: some Collection<UInt8>) -> Outcome {
        received += bytes
        var outcome = Outcome.incomplete
        do throws(HTTPStatus) {
            if head == nil {
                guard let end = try endOfHead() else { return .incomplete }
                let read = try HTTPRequestHead(parsing: received[..<end], bodyLimit: limit)
                (head, bodyStart) = (read, end + 4)
                if read.expectsContinue, received.count < bodyStart + read.contentLength { outcome = .awaitsContinue }
            }
        } catch { return .refused(error) }
        guard let head, received.count - bodyStart >= head.contentLength else { return outcome }
        let body = Array(received[bodyStart..<bodyStart + head.contentLength])
        return .request(HTTPRequest(method: head.method, host: head.host, path: head.path, body: body))
    }

    /// Where the last line of the head ends; nil while it has not come.
    private mutating func endOfHead() throws(HTTPStatus) -> Int? {
        while searched + 4 <= received.count, searched + 4 <= Self.headLimit {
            if received[searched] == 0x0D, received[searched + 1] == 0x0A, received[searched + 2] == 0x0D, received[searched + 3] == 0x0A {
                return searched
            }
            searched += 1
        }
        guard received.count < Self.headLimit else { throw .headTooLarge }
        return nil
    }
}

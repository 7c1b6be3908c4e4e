/// An answer, after which the connection ends.
public struct HTTPResponse: Sendable, Equatable {
    public var status: HTTPStatus
    public var contentType: String
    public var body: [UInt8]
    /// Seconds that it may be kept; nil for what is not to be kept.
    public var maximumAge: Int?
    /// Methods that would have been right, where another one was used.
    public var allowed: [String]
    /// Where to look instead.
    public var location: String?

    public init(_ status: HTTPStatus, contentType: String, body: String, maximumAge: Int? = nil, allowed: [String] = []) {
        (self.status, self.contentType, self.body) = (status, contentType, Array(body.utf8))
        (self.maximumAge, self.allowed) = (maximumAge, allowed)
    }

    /// One whose text says what is wrong.
    public static func refusal(_ status: HTTPStatus, _ sentence: String, allowed: [String] = []) -> HTTPResponse {
        HTTPResponse(status, contentType: "text/plain; charset=utf-8", body: sentence + "\n", allowed: allowed)
    }

    /// - Parameter path: of the same host.
    public static func redirect(to path: String) -> HTTPResponse {
        var response = refusal(.found, "Look at \(path).")
        response.location = path
        return response
    }

    public static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// - Parameters:
    ///   - isHead: whether HEAD asked, to which the body is not sent but counted (RFC 9110 §9.3.2).
    ///   - date: now, as RFC 9110 §5.6.7 writes it.
    public func octets(toHead isHead: Bool, date: String) -> [UInt8] {
        var head = "HTTP/1.1 \(status.rawValue) \(status.reason)\r\nDate: \(date)\r\nContent-Type: \(contentType)\r\n"
        head += "Content-Length: \(body.count)\r\nCache-Control: \(maximumAge.map { "max-age=\($0)" } ?? "no-store")\r\n"
        head += "X-Content-Type-Options: nosniff\r\n"
        if let location { head += "Location: \(location)\r\n" }
        if !allowed.isEmpty { head += "Allow: \(allowed.joined(separator: ", "))\r\n" }
        return Array((head + "Connection: close\r\n\r\n").utf8) + (isHead ? [] : body)
    }
}

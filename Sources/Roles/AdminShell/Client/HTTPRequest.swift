import AdminAPI

/// One request of HTTP/1.1 (RFC 9112), on a connection of its own.
package struct HTTPRequest: Sendable {
    package let method: HTTPMethod
    /// Path and query, already percent-encoded.
    package let target: String
    package let body: [UInt8]?

    package init(method: HTTPMethod, target: String, body: [UInt8]? = nil) {
        (self.method, self.target, self.body) = (method, target, body)
    }

    package var bytes: [UInt8] { bytes(token: nil) }

    /// - Parameter token: of the caller's session.
    package func bytes(token: String?) -> [UInt8] {
        var head = "\(method.rawValue) \(target) HTTP/1.1\r\nHost: casella\r\nAccept: application/json\r\nConnection: close\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if body != nil { head += "Content-Type: application/json\r\n" }
        if body != nil || method != .get { head += "Content-Length: \(body?.count ?? 0)\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }
}

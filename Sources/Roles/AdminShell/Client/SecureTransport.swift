import AdminAPI
import SecureStream

/// HTTP over TLS to a platform on another machine, with the session's token; one connection a request, with a deadline for all of it.
package struct SecureTransport: Transport {
    package let server: ServerAddress
    /// nil: not logged in.
    package let session: StoredSession?
    package let trust: SecureStream.Trust
    package let timeout: Duration

    /// - Parameter trust: how the server proves itself; left out: as the stored session says.
    package init(server: ServerAddress, trust: SecureStream.Trust? = nil, timeout: Duration = .seconds(60)) {
        let session = StoredSession.load(for: server)
        let pinned = session?.fingerprint.flatMap(Fingerprint.init).map { SecureStream.Trust.certificate(fingerprint: $0.octets) }
        (self.server, self.session, self.timeout) = (server, session, timeout)
        self.trust = trust ?? pinned ?? .authorities
    }

    package func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
        var isSent = false
        do {
            let deadline = ContinuousClock.now + timeout
            let stream = try SecureStream(
                host: server.host, port: server.port, trust: trust, deadline: deadline, isAwaited: watch.goesOn)
            try stream.send(request.bytes(token: session?.token))
            isSent = true
            var reader = HTTPResponseReader()
            while true {
                let bytes = try stream.receive()
                watch.look()
                if bytes.isEmpty { return try reader.finish() }
                if let response = try reader.receive(bytes) { return response }
            }
        } catch SecureStreamError.abandoned {
            throw watch.interruption(isSent: isSent)
        } catch let error as SecureStreamError {
            throw refusal(error)
        } catch let error as AdminError {
            throw error
        } catch {
            throw AdminError(.unavailable, "\(error)")
        }
    }

    private func refusal(_ error: SecureStreamError) -> AdminError {
        switch error {
        case .connection(let reason):
            AdminError(
                .unavailable, "The platform at \(server) cannot be reached: \(reason).", hint: "Is the address right, with its port?")
        case .tls(let reason): AdminError(.unavailable, "TLS with \(server) failed: \(reason).")
        case .untrusted(let reason, let fingerprint):
            AdminError(
                .forbidden, "The certificate of \(server) is not trusted: \(reason).",
                hint: fingerprint.map { "It shows \(Fingerprint(octets: $0)). If it was renewed, log in anew with --fingerprint." }
                    ?? "Ask whoever runs the platform for the certificate's SHA-256 fingerprint, and give it with --fingerprint (to "
                    + "`session login`, `self` and `user change-password`).")
        case .abandoned, .timedOut:
            AdminError(
                .timedOut, "The platform at \(server) did not answer within \(timeout.components.seconds) seconds.",
                hint: "Whether it did what was asked is not known; look before you try again.")
        }
    }
}

/// SHA-256 of a certificate: 64 hexadecimal digits, with or without colons between the octets.
package struct Fingerprint: Sendable, Equatable, CustomStringConvertible {
    package let octets: [UInt8]

    package init(octets: [UInt8]) { self.octets = octets }

    package init?(_ text: String) {
        let digits = Array(text.utf8.filter { $0 != UInt8(ascii: ":") })
        guard digits.count == 64 else { return nil }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let octet = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else { return nil }
            octets.append(octet)
        }
        self.octets = octets
    }

    package var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }
}

import COpenSSL
import Glibc

/// A connection over TLS to a server, for programs that wait: each call blocks, up to the deadline that it was made with. OpenSSL's.
public final class SecureStream {
    /// Whom to believe that it is the server.
    public enum Trust: Sendable, Equatable {
        /// The authorities that the system trusts, and a certificate for the server's name.
        case authorities
        /// The authorities in a file of PEM, and a certificate for the server's name.
        case authoritiesIn(file: String)
        /// The one certificate with this SHA-256 fingerprint (32 octets).
        case certificate(fingerprint: [UInt8])
    }

    private let descriptor: Int32
    private let context: OpaquePointer
    private let session: OpaquePointer
    private let deadline: ContinuousClock.Instant
    private let isAwaited: () -> Bool
    /// How long nothing may come before it is asked whether somebody waits still, in milliseconds.
    private static let patience: Int32 = 100

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
        close(descriptor)
    }

    /// Connects, and proves that it is the right server.
    /// - Parameters:
    ///   - address: where the host is; nil: where the system says.
    ///   - isAwaited: asked several times a second while nothing comes; false ends it.
    public init(
        host: String, address: String? = nil, port: UInt16, trust: Trust, deadline: ContinuousClock.Instant,
        isAwaited: @escaping () -> Bool = { true }
    ) throws(SecureStreamError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw .tls("SSL_CTX_new") }
        guard let session = SSL_new(context) else {
            SSL_CTX_free(context)
            throw .tls("SSL_new")
        }
        do {
            descriptor = try Self.connected(address ?? host, port, deadline, isAwaited)
        } catch {
            SSL_free(session)
            SSL_CTX_free(context)
            throw error
        }
        (self.context, self.session, self.deadline, self.isAwaited) = (context, session, deadline, isAwaited)
        try shakeHands(host, trust)
    }

    private func shakeHands(_ host: String, _ trust: Trust) throws(SecureStreamError) {
        // SSL_CTRL_SET_MIN_PROTO_VERSION, SSL_CTRL_SET_TLSEXT_HOSTNAME: macros of ssl.h, which Swift does not see.
        SSL_ctrl(session, 123, Int(TLS1_2_VERSION), nil)
        var name = Array(host.utf8CString)
        if !Self.isAddress(host) { SSL_ctrl(session, 55, 0, &name) }
        switch trust {
        case .authorities: try verify(host, areRead: SSL_CTX_set_default_verify_paths(context))
        case .authoritiesIn(let file): try verify(host, areRead: SSL_CTX_load_verify_locations(context, file, nil))
        case .certificate: break
        }
        guard SSL_set_fd(session, descriptor) == 1 else { throw .tls("SSL_set_fd") }
        while true {
            ERR_clear_error()  // what is left of an earlier error of this thread would be taken for one of this call
            let result = SSL_connect(session)
            if result == 1 { break }
            let problem = SSL_get_error(session, result)
            if problem == SSL_ERROR_SSL, SSL_get_verify_result(session) != X509_V_OK {
                throw .untrusted(
                    reason: String(cString: X509_verify_cert_error_string(SSL_get_verify_result(session))), fingerprint: nil)
            }
            try wait(after: problem)
        }
        if case .certificate(let expected) = trust {
            let shown = fingerprint
            guard shown == expected else { throw .untrusted(reason: "it is another one than was trusted", fingerprint: shown) }
        }
    }

    private func verify(_ host: String, areRead: Int32) throws(SecureStreamError) {
        guard areRead == 1 else { throw .tls("the authorities cannot be read") }
        SSL_set_verify(session, SSL_VERIFY_PEER, nil)
        guard SSL_set1_host(session, host) == 1 else { throw .tls("SSL_set1_host") }
    }

    /// Of the server's certificate: SHA-256.
    public var fingerprint: [UInt8] {
        guard let certificate = SSL_get1_peer_certificate(session) else { return [] }
        defer { X509_free(certificate) }
        var length: UInt32 = 0
        return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
            count = X509_digest(certificate, EVP_sha256(), buffer.baseAddress, &length) == 1 ? Int(length) : 0
        }
    }

    public func send(_ bytes: [UInt8]) throws(SecureStreamError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            ERR_clear_error()
            let written = rest.withUnsafeBytes { SSL_write(session, $0.baseAddress, Int32(clamping: $0.count)) }
            if written > 0 { rest = rest.dropFirst(Int(written)) } else { try wait(after: SSL_get_error(session, written)) }
        }
    }

    /// What comes next; empty at the end.
    public func receive() throws(SecureStreamError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            ERR_clear_error()
            let count = SSL_read(session, &buffer, Int32(buffer.count))
            if count > 0 { return Array(buffer.prefix(Int(count))) }
            let problem = SSL_get_error(session, count)
            if problem == SSL_ERROR_ZERO_RETURN { return [] }
            try wait(after: problem)
        }
    }

    private func wait(after problem: Int32) throws(SecureStreamError) {
        switch problem {
        case SSL_ERROR_WANT_READ: try Self.wait(for: Int16(POLLIN), on: descriptor, until: deadline, isAwaited)
        case SSL_ERROR_WANT_WRITE: try Self.wait(for: Int16(POLLOUT), on: descriptor, until: deadline, isAwaited)
        case SSL_ERROR_SYSCALL: throw .connection(errno == 0 ? "it was closed" : String(cString: strerror(errno)))
        default:
            let reason = ERR_reason_error_string(ERR_get_error()).map { String(cString: $0) }
            throw .tls(reason ?? "the server speaks no TLS that is understood")
        }
    }

    // MARK: The socket

    private static func isAddress(_ host: String) -> Bool {
        var octets = in6_addr()
        return inet_pton(AF_INET, host, &octets) == 1 || inet_pton(AF_INET6, host, &octets) == 1
    }

    private static func connected(
        _ host: String, _ port: UInt16, _ deadline: ContinuousClock.Instant, _ isAwaited: () -> Bool
    ) throws(SecureStreamError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &first)
        guard code == 0 else { throw .connection("\(host) is not found: \(String(cString: gai_strerror(code)))") }
        defer { freeaddrinfo(first) }
        var problem = SecureStreamError.connection("\(host) has no address")
        var next = first
        while let address = next?.pointee {
            next = address.ai_next
            do {
                return try open(address, deadline, isAwaited)
            } catch .abandoned {
                throw .abandoned
            } catch {
                problem = error
            }
        }
        throw problem
    }

    private static func open(
        _ address: addrinfo, _ deadline: ContinuousClock.Instant, _ isAwaited: () -> Bool
    ) throws(SecureStreamError) -> Int32 {
        let descriptor = socket(address.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .connection(String(cString: strerror(errno))) }
        do throws(SecureStreamError) {
            if connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
                guard errno == EINPROGRESS else { throw SecureStreamError.connection(String(cString: strerror(errno))) }
                try wait(for: Int16(POLLOUT), on: descriptor, until: deadline, isAwaited)
                var code: Int32 = 0
                var size = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
                guard code == 0 else { throw SecureStreamError.connection(String(cString: strerror(code))) }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func wait(
        for events: Int16, on descriptor: Int32, until deadline: ContinuousClock.Instant, _ isAwaited: () -> Bool
    ) throws(SecureStreamError) {
        while true {
            let left = (deadline - ContinuousClock.now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw .timedOut }
            var entry = pollfd(fd: descriptor, events: events, revents: 0)
            let ready = poll(&entry, 1, min(patience, Int32(clamping: milliseconds)))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw .connection(String(cString: strerror(errno))) }
            guard isAwaited() else { throw .abandoned }
        }
    }
}

public enum SecureStreamError: Error, Sendable, Equatable {
    /// It could not be made, or broke.
    case connection(String)
    case tls(String)
    /// - Parameter fingerprint: of the certificate that was shown, where it is known.
    case untrusted(reason: String, fingerprint: [UInt8]?)
    case timedOut
    /// Nobody waits any longer.
    case abandoned
}

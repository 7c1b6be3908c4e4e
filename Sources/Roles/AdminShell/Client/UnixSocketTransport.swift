import AdminAPI
import Glibc

/// HTTP over the control plane's Unix socket, one connection a request, with a deadline for the whole exchange.
package struct UnixSocketTransport: Transport {
    package let dataDirectory: String
    package let timeout: Duration

    package init(dataDirectory: String, timeout: Duration = .seconds(60)) {
        (self.dataDirectory, self.timeout) = (dataDirectory, timeout)
    }

    package var socketPath: String { "\(dataDirectory)/run/admin.sock" }

    package func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
        let deadline = ContinuousClock.now + timeout
        let descriptor = try connected(watch)
        defer { close(descriptor) }
        try send(request.bytes, over: descriptor, until: deadline, watch)
        var reader = HTTPResponseReader()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            try wait(for: Int16(POLLIN), on: descriptor, until: deadline, watch)
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
            if count > 0 {
                watch.look()
                if let response = try reader.receive(buffer[..<count]) { return response }
            } else if count == 0 {
                return try reader.finish()
            } else if errno != EINTR, errno != EAGAIN {
                throw broken()
            }
        }
    }

    private func connected(_ watch: CallWatch) throws(AdminError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw AdminError(
                .invalid, "The data directory's path is too long for a Unix socket: \(dataDirectory)",
                hint: "Give a shorter one, through a symbolic link if need be.")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw broken() }
        while true {
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
            }
            if result == 0 { return descriptor }
            let error = errno
            if error == EINTR, watch.goesOn() { continue }
            close(descriptor)
            throw error == EINTR ? watch.interruption(isSent: false) : refusal(error)
        }
    }

    private func refusal(_ error: Int32) -> AdminError {
        switch error {
        case ENOENT, ECONNREFUSED, ENOTDIR:
            AdminError(
                .unavailable, "Casella is not running for data directory \(dataDirectory); start it with ./ops/up",
                hint: "Another data directory is chosen with --data DIR or CASELLA_DATA.")
        case EACCES, EPERM:
            AdminError(
                .forbidden, "You may not administer the Casella of data directory \(dataDirectory).",
                hint: "Become root, or the user that runs it.")
        default:
            AdminError(.unavailable, "The control plane at \(socketPath) cannot be reached: \(String(cString: strerror(error)))")
        }
    }

    private func send(
        _ bytes: [UInt8], over descriptor: Int32, until deadline: ContinuousClock.Instant, _ watch: CallWatch
    ) throws(AdminError) {
        var sent = 0
        while sent < bytes.count {
            try wait(for: Int16(POLLOUT), on: descriptor, until: deadline, watch)
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            if count >= 0 { sent += count; continue }
            if errno == EPIPE || errno == ECONNRESET { return }  // it may have answered already, without reading everything
            if errno != EINTR, errno != EAGAIN { throw broken() }
        }
    }

    private func wait(
        for events: Int16, on descriptor: Int32, until deadline: ContinuousClock.Instant, _ watch: CallWatch
    ) throws(AdminError) {
        while true {
            let left = (deadline - ContinuousClock.now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else {
                throw AdminError(
                    .timedOut, "The control plane did not answer within \(timeout.components.seconds) seconds.",
                    hint: "Whether it did what was asked is not known; look before you try again.")
            }
            var entry = pollfd(fd: descriptor, events: events, revents: 0)
            let ready = poll(&entry, 1, min(CallWatch.milliseconds, Int32(clamping: milliseconds)))
            if ready > 0 { return }
            if ready < 0, errno != EINTR { throw broken() }
            guard watch.goesOn() else { throw watch.interruption(isSent: events == Int16(POLLIN)) }
        }
    }

    private func broken() -> AdminError {
        AdminError(.unavailable, "The connection to the control plane broke: \(String(cString: strerror(errno)))")
    }
}

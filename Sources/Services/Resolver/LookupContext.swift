import CUnbound
import Glibc
import Runtime
import Synchronization

/// One answer of libunbound, copied out of its memory.
struct Lookup: Sendable {
    var records: [[UInt8]] = []
    var domainExists = true
    /// Why there is no trustworthy answer.
    var problem: String?
}

/// A question that waits. The answer and the deadline race; the first is taken, the other does nothing.
final class PendingLookup: Sendable {
    private let continuation: Mutex<CheckedContinuation<Lookup, Never>?>

    init(_ continuation: CheckedContinuation<Lookup, Never>) { self.continuation = Mutex(continuation) }

    func finish(_ lookup: Lookup) {
        let waiting = continuation.withLock { held in
            defer { held = nil }
            return held
        }
        waiting?.resume(returning: lookup)
    }
}

/// The context of libunbound, whose answers are taken by a thread of their own.
///
/// `@unchecked Sendable`: `context` never changes, and libunbound locks it itself ("the context can be shared among threads",
/// libunbound(3)); everything else is immutable or in a `Mutex`.
final class LookupContext: @unchecked Sendable {
    private let context: OpaquePointer?
    private let isStarted = Mutex(false)

    /// Reads the system's configuration. Starts no thread: that happens with the first question.
    init(forwarder: String?, localData: [String], remembers: Bool) {
        context = ub_ctx_create()
        guard let context else { return }
        if let forwarder {
            // A resolver on this very machine is what most operators name.
            ub_ctx_set_option(context, "do-not-query-localhost:", "no")
            ub_ctx_set_fwd(context, forwarder)
        } else {
            ub_ctx_resolvconf(context, nil)
        }
        if !remembers {
            ub_ctx_set_option(context, "cache-max-ttl:", "1")
            ub_ctx_set_option(context, "cache-max-negative-ttl:", "0")
        }
        ub_ctx_hosts(context, nil)
        ub_ctx_async(context, 1)
        for line in localData { ub_ctx_data_add(context, line) }
    }

    func ask(_ name: String, type: Int32, timeout: Duration) async -> Lookup {
        guard let context else { return Lookup(problem: "the resolver could not start") }
        startThread(context)
        return await withCheckedContinuation { continuation in
            let pending = PendingLookup(continuation)
            let argument = Unmanaged.passRetained(pending).toOpaque()
            let code = ub_resolve_async(
                context, name, type, 1, argument,
                { argument, code, result in
                    guard let argument else { return }
                    Unmanaged<PendingLookup>.fromOpaque(argument).takeRetainedValue().finish(LookupContext.copy(code, result))
                    ub_resolve_free(result)
                }, nil)
            guard code == 0 else {
                Unmanaged<PendingLookup>.fromOpaque(argument).release()
                return pending.finish(Lookup(problem: String(cString: ub_strerror(code))))
            }
            Task {
                try? await Task.sleep(for: timeout)
                pending.finish(Lookup(problem: "no answer within \(timeout.components.seconds) s"))
            }
        }
    }

    private func startThread(_ context: OpaquePointer) {
        let isFirst = isStarted.withLock { started in
            defer { started = true }
            return !started
        }
        guard isFirst else { return }
        Thread.detach(named: "resolver") { [self] in takeAnswers() }
    }

    /// Runs for the life of the process.
    private func takeAnswers() {
        var descriptor = pollfd(fd: ub_fd(context), events: Int16(POLLIN), revents: 0)
        while true {
            _ = poll(&descriptor, 1, -1)
            if ub_process(context) != 0 { usleep(100_000) }
        }
    }

    private static func copy(_ code: Int32, _ result: UnsafeMutablePointer<ub_result>?) -> Lookup {
        guard code == 0, let result = result?.pointee else { return Lookup(problem: String(cString: ub_strerror(code))) }
        if result.bogus != 0 { return Lookup(problem: "DNSSEC validation failed") }
        // 0 is NOERROR, 3 NXDOMAIN (RFC 1035 §4.1.1); a server failure is no statement about the name.
        guard result.rcode == 0 || result.rcode == 3 else { return Lookup(problem: "the name servers answered with code \(result.rcode)") }
        var lookup = Lookup(domainExists: result.nxdomain == 0)
        guard result.havedata != 0, let data = result.data, let lengths = result.len else { return lookup }
        var index = 0
        while index < 256, let item = data[index] {
            lookup.records.append(Array(UnsafeRawBufferPointer(start: item, count: Int(max(lengths[index], 0)))))
            index += 1
        }
        return lookup
    }
}

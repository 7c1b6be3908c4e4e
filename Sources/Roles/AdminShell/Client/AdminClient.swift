import AdminAPI
import FoundationEssentials
import Glibc

/// The control plane, as the commands see it: calls in, values or an `AdminError` out.
package struct AdminClient: Sendable {
    private let transport: any Transport
    private let triesOnly: Bool
    private let progress: Progress?
    /// How long calls that are too many are waited for in all, where somebody waits.
    private let patience: Duration

    /// - Parameters:
    ///   - triesOnly: asks for changes to be tried, and not made.
    ///   - progress: of the work that the calls are made for; nil: nobody looks, and Ctrl-C is somebody else's.
    package init(transport: any Transport, triesOnly: Bool = false, progress: Progress? = nil, patience: Duration = .seconds(30)) {
        (self.transport, self.triesOnly, self.progress, self.patience) = (transport, triesOnly, progress, patience)
    }

    /// Makes a call without a body.
    package func call<Response>(
        _ call: Call<Nothing, Response>, _ parameters: String..., query: [String: String?] = [:]
    ) throws(AdminError) -> Response {
        try answer(to: call, parameters, query: query, body: nil)
    }

    /// Makes a call with a body.
    package func call<Request, Response>(
        _ call: Call<Request, Response>, _ parameters: String..., query: [String: String?] = [:], sending body: Request
    ) throws(AdminError) -> Response {
        // A desired state takes a while to write.
        guard let bytes = try WatchedWork.result(watch(call), of: { _ in (try? JSONEncoder().encode(body)).map { Array($0) } }) else {
            throw AdminError(.serverFault, "The request could not be written as JSON.")
        }
        return try answer(to: call, parameters, query: query, body: bytes)
    }

    private func answer<Request, Response>(
        to call: Call<Request, Response>, _ parameters: [String], query: [String: String?], body: [UInt8]?
    ) throws(AdminError) -> Response {
        var pairs = call.query.compactMap { name in query[name].flatMap { $0 }.map { "\(name)=\(PercentEncoding.encode($0))" } }
        if triesOnly, call.effect != .reads { pairs.append("\(Rehearsal.parameter)=true") }
        let target = call.path.filled(parameters) + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        let watch = watch(call)
        guard watch.goesOn() else { throw watch.interruption(isSent: false) }
        let response = try patiently(HTTPRequest(method: call.method, target: target, body: body), watch)
        watch.look()
        guard (200..<300).contains(response.status) else { throw Self.refusal(in: response) }
        if let nothing = Nothing() as? Response { return nothing }
        let value = WatchedWork.whole(watch) { AnswerReading.value(Response.self, in: response.body) }
        guard let value else {
            throw AdminError(
                .serverFault, "The control plane's answer to \(call.method.rawValue) \(call.path) could not be understood.",
                hint: "Are the shell and the platform of the same version?")
        }
        return value
    }

    /// A request that came too soon after others was not looked at, so it is made again.
    private func patiently(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
        let end = ContinuousClock.now + patience
        var isTold = false
        while true {
            let response = try transport.exchange(request, watch)
            guard response.status == AdminError.Code.tooMany.httpStatus, let progress else { return response }
            let next = ContinuousClock.now + max(.seconds(response.retryAfter ?? 1), CallWatch.interval)
            guard next < end else { return response }
            if !isTold { progress.tell("casella: Too many calls in a short time; waiting until the platform takes more.\n") }
            isTold = true
            while ContinuousClock.now < next {
                guard watch.goesOn() else { throw watch.interruption(isSent: false) }
                usleep(UInt32(CallWatch.milliseconds) * 1_000)
            }
        }
    }

    private func watch(_ call: any AnyCall) -> CallWatch {
        CallWatch(progress: progress, changes: call.effect != .reads && !triesOnly)
    }

    private static func refusal(in response: HTTPResponse) -> AdminError {
        if let body = try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body)) { return body.error }
        return AdminError(AdminError.Code(httpStatus: response.status), "The control plane answered with HTTP status \(response.status).")
    }
}

/// What carries a request there and its response back.
package protocol Transport: Sendable {
    /// - Parameter watch: asked several times a second whether somebody waits still.
    func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse
}

extension Settings {
    /// The way to the platform that is meant.
    package func transport(timeout: Duration = .seconds(60)) -> any Transport {
        guard let server else { return UnixSocketTransport(dataDirectory: dataDirectory, timeout: timeout) }
        return SecureTransport(server: server, trust: fingerprint.map { .certificate(fingerprint: $0.octets) }, timeout: timeout)
    }
}

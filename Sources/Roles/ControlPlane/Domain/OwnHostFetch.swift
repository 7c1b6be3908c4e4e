import Dispatch
import HTTP
import Runtime
import SecureStream

/// A document fetched over HTTPS as anybody fetches it: with a certificate that is checked, without following redirects, and of bounded
/// size.
///
/// A tenant says where the domain's names lead. So nothing but addresses of this host's own name is connected to, at one port, with a
/// request that is always the same, and what is answered is told to nobody.
package struct OwnHostFetch: Sendable {
    package enum Outcome: Sendable, Equatable {
        /// With the status 200, in the type that was asked for.
        case answered([UInt8])
        /// As a clause: `it …`.
        case failed(String)
        /// From here; others may have reached it.
        case unreachable(String)
    }

    package struct Request: Sendable {
        var method = "GET"
        let path: String
        /// Types that the answer may have.
        let types: [String]
        var body = ""
        /// Octets of the answer's body.
        let limit: Int
    }

    let host: String
    /// Tried in their order, two at most.
    let addresses: [String]
    let port: UInt16
    let trust: SecureStream.Trust
    /// For one address.
    let patience: Duration

    package init(
        host: String, addresses: [String], port: UInt16 = 443, trust: SecureStream.Trust = .authorities, patience: Duration = .seconds(4)
    ) {
        (self.host, self.addresses, self.port, self.trust, self.patience) = (host, Array(addresses.prefix(2)), port, trust, patience)
    }

    /// Each holds a thread.
    private static let limit = 8
    @EventLoopActor private static var running = 0

    /// Away from the event loop.
    @EventLoopActor func run(_ request: Request) async -> Outcome {
        guard Self.running < Self.limit else { return .unreachable("several checks are under way") }
        Self.running += 1
        defer { Self.running -= 1 }
        return await withCheckedContinuation { (answer: CheckedContinuation<Outcome, Never>) in
            DispatchQueue.global(qos: .utility).async { answer.resume(returning: fetch(request)) }
        }
    }

    private func fetch(_ request: Request) -> Outcome {
        var outcome = Outcome.unreachable("it has no address")
        for address in addresses {
            outcome = fetch(request, from: address)
            if case .unreachable = outcome { continue }
            break
        }
        return outcome
    }

    private func fetch(_ request: Request, from address: String) -> Outcome {
        let answer: HTTPAnswer
        do throws(SecureStreamError) {
            let stream = try SecureStream(host: host, address: address, port: port, trust: trust, deadline: ContinuousClock.now + patience)
            try stream.send(octets(of: request))
            guard let whole = try Self.read(stream, request.limit) else { return .failed("answers with what is no answer, or too much") }
            answer = whole
        } catch {
            return Self.outcome(of: error)
        }
        guard answer.status == 200 else { return .failed("answers with the status \(answer.status)") }
        let type = answer.contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard request.types.contains(type) else { return .failed("does not call it \(request.types.joined(separator: " or "))") }
        return .answered(answer.body)
    }

    private func octets(of request: Request) -> [UInt8] {
        let fields = "Host: \(host)\r\nUser-Agent: Casella\r\nAccept: \(request.types.joined(separator: ", "))\r\nConnection: close\r\n"
        let content = request.body.isEmpty ? "" : "Content-Type: text/xml\r\nContent-Length: \(request.body.utf8.count)\r\n"
        return Array("\(request.method) \(request.path) HTTP/1.1\r\n\(fields)\(content)\r\n\(request.body)".utf8)
    }

    /// nil for what is no answer.
    private static func read(_ stream: SecureStream, _ limit: Int) throws(SecureStreamError) -> HTTPAnswer? {
        var reader = HTTPAnswerReader(bodyLimit: limit)
        while true {
            let bytes = try stream.receive()
            do throws(HTTPAnswerMistake) {
                if bytes.isEmpty { return try reader.finish() }
                if let answer = try reader.receive(bytes) { return answer }
            } catch {
                return nil
            }
        }
    }

    private static func outcome(of error: SecureStreamError) -> Outcome {
        switch error {
        case .connection, .timedOut, .abandoned: .unreachable("it does not answer there")
        case .tls: .failed("does not speak TLS that is understood")
        case .untrusted(let reason, _): .failed("shows a certificate that is not believed (\(reason))")
        }
    }
}

import Dispatch
import HTTP
import MailSettings
import Runtime
import SecureStream

/// A domain's policy of MTA-STS fetched as a host that sends mail to it does (RFC 8461 §3.3): over HTTPS with a certificate that is
/// checked, without following redirects, and of bounded size.
///
/// A tenant says where the domain's names lead. So nothing but addresses of this host's own name is connected to, at one port, with a
/// request that is always the same, and what is answered is told to nobody.
package struct PolicyFetch: Sendable {
    package enum Outcome: Sendable, Equatable {
        case fetched(PublishedPolicy)
        /// As a clause: `it …`.
        case failed(String)
        /// From here; others may have reached it.
        case unreachable(String)
    }

    let host: String
    /// Tried in their order, two at most.
    let addresses: [String]
    let port: UInt16
    let trust: SecureStream.Trust
    /// For one address.
    let patience: Duration

    package static let path = "/.well-known/mta-sts.txt"

    /// - Parameter host: `mta-sts.` and the domain.
    package init(
        host: String, addresses: [String], port: UInt16 = 443, trust: SecureStream.Trust = .authorities, patience: Duration = .seconds(4)
    ) {
        (self.host, self.addresses, self.port, self.trust, self.patience) = (host, Array(addresses.prefix(2)), port, trust, patience)
    }

    /// Each holds a thread.
    private static let limit = 4
    @EventLoopActor private static var running = 0

    /// Away from the event loop.
    @EventLoopActor package func run() async -> Outcome {
        guard Self.running < Self.limit else { return .unreachable("several checks are under way") }
        Self.running += 1
        defer { Self.running -= 1 }
        return await withCheckedContinuation { (answer: CheckedContinuation<Outcome, Never>) in
            DispatchQueue.global(qos: .utility).async { answer.resume(returning: fetch()) }
        }
    }

    private func fetch() -> Outcome {
        var outcome = Outcome.unreachable("it has no address")
        for address in addresses {
            outcome = fetch(from: address)
            if case .unreachable = outcome { continue }
            break
        }
        return outcome
    }

    private func fetch(from address: String) -> Outcome {
        let answer: HTTPAnswer
        do throws(SecureStreamError) {
            let stream = try SecureStream(host: host, address: address, port: port, trust: trust, deadline: ContinuousClock.now + patience)
            let fields = "Host: \(host)\r\nUser-Agent: Casella\r\nAccept: text/plain\r\nConnection: close\r\n\r\n"
            try stream.send(Array("GET \(Self.path) HTTP/1.1\r\n\(fields)".utf8))
            guard let whole = try Self.read(stream) else { return .failed("answers with what is no answer, or too much") }
            answer = whole
        } catch {
            return Self.outcome(of: error)
        }
        guard answer.status == 200 else { return .failed("answers with the status \(answer.status)") }
        let type = answer.contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == "text/plain" else { return .failed("does not call it text/plain") }
        guard let policy = PublishedPolicy(answer.body) else { return .failed("answers with what is no policy") }
        return .fetched(policy)
    }

    /// nil for what is no answer.
    private static func read(_ stream: SecureStream) throws(SecureStreamError) -> HTTPAnswer? {
        var reader = HTTPAnswerReader(bodyLimit: PublishedPolicy.sizeLimit)
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
        case .connection, .timedOut: .unreachable("it does not answer there")
        case .tls: .failed("does not speak TLS that is understood")
        case .untrusted(let reason, _): .failed("shows a certificate that is not believed (\(reason))")
        }
    }
}

import AdminAPI
import Cryptography

/// Where a moment lies in a certificate's life.
enum CertificateValidity: Sendable, Equatable {
    case notYet(from: Timestamp)
    case valid
    /// So little is left of it that it should have been renewed.
    case ending(secondsLeft: Int64)
    case over(since: Timestamp)

    /// Seconds before its end from which on a certificate is warned of, if a quarter of its life is not shorter. ACME clients renew when
    /// a third is left, so that nobody is warned whose client does.
    private static let warning: Int64 = 30 * 86_400

    init(_ facts: CertificateFacts, at now: Int64) {
        if facts.notAfter <= now {
            self = .over(since: Timestamp(secondsSince1970: facts.notAfter))
        } else if facts.notBefore > now {
            self = .notYet(from: Timestamp(secondsSince1970: facts.notBefore))
        } else {
            let left = facts.notAfter - now
            self = left < min(Self.warning, (facts.notAfter - facts.notBefore) / 4) ? .ending(secondsLeft: left) : .valid
        }
    }

    /// Whether clients take the certificate at this moment.
    var isNow: Bool {
        switch self {
        case .valid, .ending: true
        case .notYet, .over: false
        }
    }

    /// nil: all is well.
    var problem: String? {
        switch self {
        case .notYet(let start): "It is not valid before \(start): mail programs refuse it until then. Is the machine's clock right?"
        case .over(let end): "It expired on \(end): mail programs refuse it. Renew it."
        case .ending(let left): "It expires in \(Self.span(left)), and was not renewed."
        case .valid: nil
        }
    }

    /// Such as `5 days`, or `7 hours` on the last day.
    static func span(_ seconds: Int64) -> String {
        let days = seconds / 86_400, hours = seconds / 3_600
        if days > 0 { return days == 1 ? "1 day" : "\(days) days" }
        return hours == 1 ? "1 hour" : hours == 0 ? "less than an hour" : "\(hours) hours"
    }
}

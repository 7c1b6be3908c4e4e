/// Why whoever checks certificates does not believe the one that is shown for a name.
enum CertificateDoubt: Sendable, Equatable {
    /// It names other hosts.
    case ofOthers
    case expired, selfSigned
    /// No authority that this system trusts vouches for it.
    case untrusted

    /// Without its final dot.
    func sentence(about name: String) -> String {
        switch self {
        case .ofOthers: "There is no certificate for \(name)"
        case .expired: "The certificate for \(name) is not valid now"
        case .selfSigned: "The certificate for \(name) is self-signed"
        case .untrusted: "No authority that this system trusts vouches for the certificate for \(name)"
        }
    }
}

/// Why files hold no certificate that can be shown.
public enum CertificateMistake: Error, Sendable, Equatable, CustomStringConvertible {
    case noCertificate, noKey, keyOfAnother
    /// The place of the chain's member that is damaged, counted from 1.
    case unreadableMember(Int)
    /// The place of the chain's member that the one behind it did not issue.
    case notIssuedByNext(Int)
    /// The place of the chain's member that is signed with SHA-1, MD5 or an algorithm that nobody knows.
    case weakSignature(Int)
    /// An RSA key of so many bits.
    case smallKey(bits: Int32)
    /// A curve or an algorithm by its name.
    case unusableKey(String)

    public var description: String {
        switch self {
        case .noCertificate: "there is no certificate in PEM"
        case .noKey: "there is no private key in PEM, or it has a passphrase"
        case .keyOfAnother: "the private key is not the certificate's"
        case .unreadableMember(let place): "the chain's \(Self.ordinal(place)) certificate is damaged"
        case .notIssuedByNext(let place):
            "the chain's \(Self.ordinal(place)) certificate was not issued by the one behind it; the host's own comes first, then each "
                + "time the one that issued it"
        case .weakSignature(let place):
            "the chain's \(Self.ordinal(place)) certificate is signed in a way that mail programs refuse, such as SHA-1; ask for one with "
                + "SHA-256"
        case .smallKey(let bits): "mail programs refuse an RSA key of \(bits) bits; take 2048 or more"
        case .unusableKey(let kind):
            "keys of the kind \(kind) cannot be shown; take ECDSA on P-256, P-384 or P-521, or RSA with 2048 bits or more"
        }
    }

    private static func ordinal(_ place: Int) -> String {
        switch place {
        case 1: "first"
        case 2: "second"
        case 3: "third"
        default: "\(place)th"
        }
    }
}

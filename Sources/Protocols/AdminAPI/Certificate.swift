/// A certificate that the platform shows to clients that ask for one of its names.
public struct Certificate: Codable, Sendable, Hashable {
    /// Its first host name.
    public var name: CertificateName
    public var hostNames: [String]
    public var issuer: String
    public var validFrom: Timestamp
    public var expiresAt: Timestamp
    /// SHA-256, in hexadecimal digits.
    public var fingerprint: String
    /// Where it comes from, and is read anew from when it changed.
    public var certificateFile: String
    public var keyFile: String
    /// Shown to whoever asks for no name, or for one that has no certificate.
    public var isStandard: Bool
    /// What is wrong with it or its files, in a sentence.
    public var problem: String?

    public init(
        name: CertificateName, hostNames: [String], issuer: String, validFrom: Timestamp, expiresAt: Timestamp, fingerprint: String,
        certificateFile: String, keyFile: String, isStandard: Bool, problem: String?
    ) {
        (self.name, self.hostNames, self.issuer) = (name, hostNames, issuer)
        (self.validFrom, self.expiresAt, self.fingerprint) = (validFrom, expiresAt, fingerprint)
        (self.certificateFile, self.keyFile, self.isStandard, self.problem) = (certificateFile, keyFile, isStandard, problem)
    }
}

/// PEM files on the platform's machine, such as those that an ACME client renews.
public struct CertificateImport: Codable, Sendable, Hashable {
    /// The certificate, then those that lead to an authority.
    public var certificateFile: String
    /// The private key, unencrypted.
    public var keyFile: String

    public init(certificateFile: String, keyFile: String) { (self.certificateFile, self.keyFile) = (certificateFile, keyFile) }
}

/// A host name as certificates have it: a domain name whose first label may be `*`.
public struct CertificateName: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        let isWildcard = text.hasPrefix("*.")
        let domain = try DomainName(isWildcard ? String(text.dropFirst(2)) : text)
        self.text = (isWildcard ? "*." : "") + domain.text
    }
}

import AdminAPI

enum CertificateTable {
    static func of(_ certificates: [Certificate]) -> Table {
        Table(
            ["name", "host names", "standard", "expires", "problem", "issuer", "file", "sha-256"],
            certificates.map { entry in
                [
                    .text(entry.name.text), .text(entry.hostNames.joined(separator: " ")), .text(entry.isStandard ? "yes" : "-"),
                    .time(entry.expiresAt), .text(entry.problem ?? "-"), .text(entry.issuer), .text(entry.certificateFile),
                    .text(entry.fingerprint),
                ]
            })
    }
}

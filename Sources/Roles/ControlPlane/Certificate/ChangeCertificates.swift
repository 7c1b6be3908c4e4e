import AdminAPI

extension Provisioning {
    /// `certificate import`: from files that are read anew when they change.
    func importCertificate(_ request: AdminRequest<CertificateImport>) async throws -> Certificate {
        let new = request.body
        for path in [new.certificateFile, new.keyFile] where !path.hasPrefix("/") || path.utf8.contains(0) || path.utf8.count > 4_000 {
            throw AdminError(.invalid, "The path of a file on the platform's machine begins with a slash.")
        }
        let files = CertificateFiles(certificate: new.certificateFile, key: new.keyFile)
        return try await isRehearsal ? certificates.tried(files) : certificates.add(files)
    }

    /// `certificate list`: the standard one first.
    func listCertificates(_ request: AdminRequest<Nothing>) async throws -> [Certificate] { try certificates.all() }

    /// `certificate show`.
    func showCertificate(_ request: AdminRequest<Nothing>) async throws -> Certificate {
        try certificates.certificate(request.path.require("name"))
    }

    /// `certificate delete`: its names are shown the standard one from now on.
    func deleteCertificate(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let name: CertificateName = try request.path.require("name")
        try certificates.requireImported(name)
        if !isRehearsal { try await certificates.remove(name) }
        return Nothing()
    }
}

import AdminAPI
import Cryptography
import Glibc

/// One certificate: where it comes from, and what of it is shown.
struct CertificateEntry: Sendable {
    let files: CertificateFiles
    /// Of the files as they were read last; nil: read them again, since time alone may have mended what was wrong.
    private(set) var stamp: CertificateFiles.Stamp?
    /// The last that could be shown; nil: there is none.
    private(set) var content: ReadCertificate?
    /// Why the files as they are now are not shown.
    private(set) var problem: String?

    /// As the files are found at a start or an import.
    /// - Parameter kept: shown in place of files that cannot be.
    init(_ files: CertificateFiles, kept: () -> ReadCertificate?) {
        self.files = files
        let found = Found(files)
        take(found)
        guard content?.isValidNow != true, let kept = kept() else { return }
        // What is wrong with the files now may be that they are not valid yet, or any more.
        if content == nil || kept.isValidNow { content = kept }
        take(found)
    }

    /// The files as they are at one moment. Reading them may wait for the disk.
    struct Found: Sendable {
        let stamp: CertificateFiles.Stamp
        let content: Result<ReadCertificate, any Error>

        init(_ files: CertificateFiles) {
            stamp = CertificateFiles.Stamp(files)
            content = Result { try files.read() }
        }
    }

    /// Goes on with what the files hold, unless the one before is the better one.
    /// - Returns: whether something else is shown from now on.
    @discardableResult
    mutating func take(_ found: Found) -> Bool {
        switch found.content {
        case .success(let fresh):
            if let before = content, before.isValidNow, !fresh.isValidNow {
                problem = "\(files.certificate) cannot be used now. \(fresh.validity.problem ?? "")"
                stamp = nil
                return false
            }
            let isOther = fresh.shown != content?.shown
            (content, problem, stamp) = (fresh, nil, found.stamp)
            return isOther
        case .failure(let error):
            problem = (error as? AdminError)?.message ?? "\(error)"
            stamp = found.stamp
            return false
        }
    }

    /// What is not well about the certificate, and what is shown meanwhile; nil: all is well.
    var warning: String? {
        guard let problem else { return content?.validity.problem }
        guard let facts = content?.facts else {
            return "\(problem) Nothing is shown in its place but the standard certificate; mend the files, and it is taken within seconds."
        }
        let end = Timestamp(secondsSince1970: facts.notAfter)
        return "\(problem) The one before stays, which \(facts.notAfter <= Int64(time(nil)) ? "expired on" : "is valid until") \(end); "
            + "mend the files, and they are taken within seconds."
    }
}

extension ReadCertificate {
    var validity: CertificateValidity { CertificateValidity(facts, at: Int64(time(nil))) }
    var isValidNow: Bool { validity.isNow }
}

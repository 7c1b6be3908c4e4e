import Cryptography
import DKIM
import Glibc
import MailRules
import MailStore
import Runtime
import SMTP

/// Signs what users of the tenant send, for the domain that the From field names, which is theirs (RFC 6376).
///
/// Mail goes out whatever happens here: unsigned at worst.
@EventLoopActor
struct MessageSigner {
    let store: TenantStore
    let facts: DoorFacts

    /// - Parameters:
    ///   - header: with or without the blank line below it.
    ///   - body: with that line if the header has it not.
    /// - Returns: the header, below a signature for each active key of the domain.
    func signed(_ header: [UInt8], _ body: [UInt8], trace: DeliveryID) async -> [UInt8] {
        let scan = HeaderScan(header)
        guard let domain = MessageAuthors.signingDomain(scan, in: header) else { return header }
        do {
            let keys = try await store.activeKeys(of: domain, sealedWith: facts.sealingKey)
            guard !keys.isEmpty else { return header }
            let now = Int64(time(nil))
            // An RSA signature takes a millisecond of a processor, a large body much more.
            let (fields, problems) = await Task.detached {
                Self.signatures(of: header, scan, body, for: domain, keys, at: now)
            }.value
            for problem in problems {
                Log.error("a message went out without a signature of DKIM", ["trace": "\(trace)", "domain": domain, "error": problem])
            }
            return fields + header
        } catch {
            Log.error("a message went out unsigned", ["trace": "\(trace)", "domain": domain, "error": "\(error)"])
            return header
        }
    }

    private nonisolated static func signatures(
        of header: [UInt8], _ scan: HeaderScan, _ body: [UInt8], for domain: String, _ keys: [ActiveKey], at time: Int64
    ) -> (fields: [UInt8], problems: [String]) {
        var fields: [UInt8] = [], problems: [String] = []
        do {
            // The blank line is neither's (RFC 5322 §2.1).
            let bodyHash = try hash(of: scan.hasBlankLine || !body.starts(with: [13, 10]) ? body[...] : body.dropFirst(2))
            let signed = SignedFields(of: header, scan)
            for key in keys {
                do {
                    guard let algorithm = Algorithm(rawValue: key.algorithm) else { continue }
                    let signing = try key.key.get()
                    guard (signing.kind == .rsa) == (algorithm == .rsa) else {
                        problems.append("\(key.selector): the key is of another kind")
                        continue
                    }
                    let field = SignatureField(
                        algorithm: algorithm, domain: domain, selector: key.selector, time: time, fields: signed, bodyHash: bodyHash)
                    fields += field.field(signature: try signing.signature(of: field.signed))
                } catch {
                    problems.append("\(key.selector): \(error)")
                }
            }
        } catch {
            problems.append("\(error)")
        }
        return (fields, problems)
    }

    /// SHA-256 of the body's relaxed form, which is never in memory as a whole.
    private nonisolated static func hash(of body: ArraySlice<UInt8>) throws(CryptographyError) -> [UInt8] {
        let digest = try RunningDigest()
        var canonical = RelaxedBody(), start = body.startIndex
        while start < body.endIndex {
            let end = min(start + (64 << 10), body.endIndex)
            try digest.add(canonical.feed(body[start..<end]))
            start = end
        }
        try digest.add(canonical.finish())
        return try digest.finish()
    }
}

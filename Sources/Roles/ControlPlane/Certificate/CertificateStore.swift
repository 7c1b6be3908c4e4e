import AdminAPI
import Cryptography
import Dispatch
import Glibc
import Postgres
import Runtime
import Supervision

/// The certificates that the gateway shows, read anew when their files change.
///
/// What could be read last stays in use while the files are gone, wrong or half renewed, and is kept for the next start.
@EventLoopActor
final class CertificateStore {
    private let database: PostgresPool
    private let kept: KeptCertificates
    private let journal: Journal
    private var standard: CertificateEntry
    private var imported: [CertificateName: CertificateEntry] = [:]
    private var gateway: SupervisedService?

    /// How long a change of the files goes unseen.
    private static let interval = Duration.seconds(5)

    /// - Parameter standard: shown to whoever asks for no name.
    init(standard files: CertificateFiles, database: PostgresPool, directory: String, journal: Journal) async throws {
        (self.database, self.journal) = (database, journal)
        let kept = KeptCertificates(directory: directory, journal: journal)
        self.kept = kept
        standard = CertificateEntry(files) { kept.read(nil) }
        guard let content = standard.content else {
            throw StartupError.configuration(standard.problem ?? "There is no standard certificate.")
        }
        tell(nil, standard)
        if standard.problem == nil { kept.keep(content, of: nil) }
        for row in try await database.query("SELECT name, certificate_file, key_file FROM certificates ORDER BY name").rows {
            let name: CertificateName = try row.name(0)
            let files = CertificateFiles(certificate: try row.text(1), key: try row.text(2))
            let entry = CertificateEntry(files) { kept.read(name) }
            tell(name, entry)
            imported[name] = entry
            if let content = entry.content, entry.problem == nil { kept.keep(content, of: name) }
        }
    }

    private func tell(_ name: CertificateName?, _ entry: CertificateEntry) {
        guard let problem = entry.problem else { return }
        journal.warning("the files of a certificate cannot be used", ["name": name?.text ?? "standard", "problem": problem])
    }

    // MARK: The gateway

    /// What the gateway shows; the standard one comes first.
    var shown: [ServerCertificate] { entries.compactMap(\.content?.shown) }

    /// The standard one first.
    private var entries: [CertificateEntry] { [standard] + imported.sorted { $0.key < $1.key }.map(\.value) }

    private func push() { gateway?.send(.certificates(shown)) }

    /// Tells the gateway from now on, and looks after the files for as long as the process lives.
    func connect(_ gateway: SupervisedService) {
        self.gateway = gateway
        EventLoopActor.task {
            while true {
                await EventLoopActor.sleep(for: Self.interval)
                await self.look()
            }
        }
    }

    /// Reads what changed.
    private func look() async {
        var hasChanged = false
        if let found = await read(standard) { hasChanged = take(found, for: nil, &standard) }
        for (name, entry) in imported {
            // Meanwhile it may have been imported from other files, or deleted.
            guard let found = await read(entry), var now = imported[name], now.files == entry.files else { continue }
            if take(found, for: name, &now) { hasChanged = true }
            imported[name] = now
        }
        if hasChanged { push() }
    }

    private func take(_ found: CertificateEntry.Found, for name: CertificateName?, _ entry: inout CertificateEntry) -> Bool {
        let before = entry.problem
        let isOther = entry.take(found)
        if let content = entry.content, isOther {
            journal.notice("a certificate was read anew", ["file": entry.files.certificate])
            kept.keep(content, of: name)
        }
        if entry.problem != before { tell(name, entry) }
        return isOther
    }

    /// nil when the files are as they were. On a thread that may wait for the disk.
    private func read(_ entry: CertificateEntry) async -> CertificateEntry.Found? {
        let (files, known) = (entry.files, entry.stamp)
        return await withCheckedContinuation { answer in
            DispatchQueue.global(qos: .utility).async {
                answer.resume(returning: CertificateFiles.Stamp(files) == known ? nil : CertificateEntry.Found(files))
            }
        }
    }

    /// SHA-256 of the public key that whoever asks for the host is shown, in hexadecimal.
    func keyDigest(shownFor host: String) -> String {
        Hexadecimal.encode((entry(naming: host) ?? standard).content?.facts.keyDigest ?? [])
    }

    /// The one that the gateway shows (`ServerIdentity`): the last that has the very name, else the last with a wildcard for it.
    private func entry(naming host: String) -> CertificateEntry? {
        let host = host.lowercased()
        let above = host.firstIndex(of: ".").map { "*" + host[$0...] }
        let entries = entries
        func last(with name: String?) -> CertificateEntry? {
            entries.last { entry in name.map { entry.content?.facts.hostNames.contains($0) ?? false } ?? false }
        }
        return last(with: host) ?? last(with: above)
    }

    /// Why others would not believe what is shown for the host; nil for no reason that can be seen from here.
    func doubt(about host: String) async -> CertificateDoubt? {
        guard let content = entry(naming: host)?.content else { return .ofOthers }
        if !content.isValidNow { return .expired }
        if content.facts.isSelfSigned { return .selfSigned }
        return await Self.isTrusted(content.shown.chain) ? nil : .untrusted
    }

    /// Away from the event loop: the system's authorities are read.
    @concurrent private nonisolated static func isTrusted(_ chain: String) async -> Bool { CertificateTrust.isGiven(to: Array(chain.utf8)) }

    /// How long what is shown for the host is still valid, such as `5 days`, if that is so short that it should have been renewed.
    func timeLeft(of host: String) -> String? {
        guard case .ending(let left)? = entry(naming: host)?.content?.validity else { return nil }
        return CertificateValidity.span(left)
    }

    // MARK: For operators

    /// The standard one first; without those of which there is nothing that could be shown.
    func all() throws -> [Certificate] {
        try [certificate(nil, standard)].compactMap(\.self)
            + imported.sorted { $0.key < $1.key }.compactMap { try certificate($0.key, $0.value) }
    }

    /// What is not well, of those too of which there is nothing that could be shown.
    var warnings: [String] {
        let others = imported.sorted { $0.key < $1.key }.map { ("Certificate \($0.key)", $0.value) }
        let named = [("The standard certificate", standard)] + others
        return named.compactMap { name, entry in
            entry.warning.map { "\(name): \($0)" + (entry.problem == nil ? " It is read from \(entry.files.certificate)." : "") }
        }
    }

    func certificate(_ name: CertificateName) throws -> Certificate {
        guard let found = try all().first(where: { $0.name == name }) else { throw Self.none(name) }
        return found
    }

    private static func none(_ name: CertificateName) -> AdminError {
        AdminError(.notFound, "There is no certificate \(name).", hint: "`certificate list` shows all.")
    }

    private func certificate(_ name: CertificateName?, _ entry: CertificateEntry) throws -> Certificate? {
        guard let facts = entry.content?.facts else { return nil }
        return Certificate(
            name: try name ?? Self.name(ofStandard: facts), hostNames: facts.hostNames,
            issuer: facts.issuer, validFrom: Timestamp(secondsSince1970: facts.notBefore),
            expiresAt: Timestamp(secondsSince1970: facts.notAfter), fingerprint: Hexadecimal.encode(facts.fingerprint),
            certificateFile: entry.files.certificate, keyFile: entry.files.key, isStandard: name == nil, problem: entry.warning)
    }

    /// A machine may have a name without a dot, and the certificate that was made for it has it too.
    private static func name(ofStandard facts: CertificateFacts) throws -> CertificateName {
        try facts.hostNames.lazy.compactMap { try? CertificateName($0) }.first ?? CertificateName("localhost.localdomain")
    }

    /// Those that end first, at most `Gathered.Certificate.limit`.
    var measured: [Gathered.Certificate] {
        let now = Int64(time(nil))
        let all = [("(standard)", standard)] + imported.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value) }
        let found = all.map { name, entry in
            Gathered.Certificate(name: name, secondsLeft: entry.content.map { $0.facts.notAfter - now }, isCurrent: entry.problem == nil)
        }
        return Array(found.sorted { $0.secondsLeft ?? .min < $1.secondsLeft ?? .min }.prefix(Gathered.Certificate.limit))
    }

    func add(_ files: CertificateFiles) async throws -> Certificate {
        let (name, entry, content) = try Self.read(files)
        _ = try await database.query(
            """
            INSERT INTO certificates (name, certificate_file, key_file) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET certificate_file = $2, key_file = $3, imported_at = now()
            """, [.text(name.text), .text(files.certificate), .text(files.key)])
        imported[name] = entry
        kept.keep(content, of: name)
        push()
        return try certificate(name)
    }

    /// What `add` would answer.
    func tried(_ files: CertificateFiles) throws -> Certificate {
        let (name, entry, _) = try Self.read(files)
        guard let tried = try certificate(name, entry) else { throw Self.none(name) }
        return tried
    }

    private static func read(_ files: CertificateFiles) throws -> (CertificateName, CertificateEntry, ReadCertificate) {
        let entry = CertificateEntry(files) { nil }
        guard let content = entry.content else {
            throw AdminError(.invalid, entry.problem ?? "\(files.certificate) cannot be read.")
        }
        guard let first = content.facts.hostNames.first else {
            throw AdminError(.invalid, "\(files.certificate) names no host in its subject alternative name.")
        }
        let validity = content.validity
        if !validity.isNow, let problem = validity.problem {
            throw AdminError(.invalid, "\(files.certificate) cannot be used now. \(problem)")
        }
        return (try CertificateName(first), entry, content)
    }

    func requireImported(_ name: CertificateName) throws {
        guard imported[name] == nil else { return }
        if try all().contains(where: { $0.name == name }) {
            throw AdminError(.conflict, "\(name) is the standard certificate.", hint: "Name another one under tls in casella.json.")
        }
        throw Self.none(name)
    }

    func remove(_ name: CertificateName) async throws {
        try requireImported(name)
        _ = try await database.query("DELETE FROM certificates WHERE name = $1", [.text(name.text)])
        imported[name] = nil
        kept.remove(name)
        push()
    }
}

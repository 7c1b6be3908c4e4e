import AdminAPI
import Cryptography
import Dispatch
import Glibc
import Postgres
import Runtime
import Supervision

/// The certificates that the gateway shows, read anew when their files change.
///
/// What could be read last stays in use while the files are gone or wrong, and is kept under `<data>/tls` for the next start.
@EventLoopActor
final class CertificateStore {
    private struct Entry {
        let files: CertificateFiles
        var stamp: CertificateFiles.Stamp
        var content: ReadCertificate
        var problem: String?
    }

    private let database: PostgresPool
    private let directory: String
    private let journal: Journal
    private var standard: Entry
    private var imported: [CertificateName: Entry] = [:]
    private var gateway: SupervisedService?

    /// How long a change of the files goes unseen.
    private static let interval = Duration.seconds(5)
    /// From how many days before its end on a certificate is warned of. ACME clients renew thirty days before.
    static let warningDays: Int64 = 21

    /// - Parameter standard: shown to whoever asks for no name.
    init(standard files: CertificateFiles, database: PostgresPool, directory: String, journal: Journal) async throws {
        (self.database, self.directory, self.journal) = (database, directory, journal)
        do {
            standard = Entry(files: files, stamp: .init(files), content: try files.read())
        } catch let error as AdminError {
            throw StartupError.configuration(error.message)
        }
        for row in try await database.query("SELECT name, certificate_file, key_file FROM certificates ORDER BY name").rows {
            let files = CertificateFiles(certificate: try row.text(1), key: try row.text(2))
            load(try row.name(0), files)
        }
    }

    private func load(_ name: CertificateName, _ files: CertificateFiles) {
        let stamp = CertificateFiles.Stamp(files)
        do {
            imported[name] = Entry(files: files, stamp: stamp, content: try files.read())
        } catch {
            let problem = Self.sentence(error)
            journal.warning("a certificate cannot be read", ["name": name.text, "problem": problem])
            guard let kept = try? copies(of: name).read() else { return }
            imported[name] = Entry(files: files, stamp: stamp, content: kept, problem: problem)
        }
    }

    /// Where the last that could be read is kept.
    private func copies(of name: CertificateName) -> CertificateFiles {
        let stem = "\(directory)/\(name.text.replacing("*", with: "_"))"
        return CertificateFiles(certificate: stem + ".certificate.pem", key: stem + ".key.pem")
    }

    private func keep(_ content: ReadCertificate, of name: CertificateName) {
        do {
            let copies = copies(of: name)
            try FileSystem.write(Array(content.shown.key.utf8), to: copies.key, mode: 0o600)
            try FileSystem.write(Array(content.shown.chain.utf8), to: copies.certificate, mode: 0o644)
        } catch {
            journal.warning("a certificate could not be kept", ["name": name.text, "error": "\(error)"])
        }
    }

    private static func sentence(_ error: any Error) -> String { (error as? AdminError)?.message ?? "\(error)" }

    // MARK: The gateway

    /// What the gateway shows; the standard one comes first.
    var shown: [ServerCertificate] { [standard.content.shown] + imported.sorted { $0.key < $1.key }.map(\.value.content.shown) }

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
        if let fresh = await read(standard) {
            (standard, hasChanged) = (fresh, fresh.problem == nil)
        }
        for (name, entry) in imported {
            guard let fresh = await read(entry), imported[name]?.files == entry.files else { continue }
            imported[name] = fresh
            guard fresh.problem == nil else { continue }
            hasChanged = true
            keep(fresh.content, of: name)
        }
        if hasChanged { push() }
    }

    /// nil when the files are as they were. On a thread that may wait for the disk.
    private func read(_ entry: Entry) async -> Entry? {
        let (files, known) = (entry.files, entry.stamp)
        typealias Found = (CertificateFiles.Stamp, Result<ReadCertificate, any Error>)
        let found = await withCheckedContinuation { (answer: CheckedContinuation<Found?, Never>) in
            DispatchQueue.global(qos: .utility).async {
                let stamp = CertificateFiles.Stamp(files)
                answer.resume(returning: stamp == known ? nil : (stamp, Result { try files.read() }))
            }
        }
        guard let (stamp, content) = found else { return nil }
        var fresh = entry
        fresh.stamp = stamp
        switch content {
        case .success(let content):
            (fresh.content, fresh.problem) = (content, nil)
            journal.notice("a certificate was read anew", ["file": files.certificate])
        case .failure(let error):
            fresh.problem = Self.sentence(error)
            journal.warning("a changed certificate cannot be used; the one before stays", ["problem": Self.sentence(error)])
        }
        return fresh
    }

    /// SHA-256 of the public key that whoever asks for the host is shown, in hexadecimal.
    func keyDigest(shownFor host: String) -> String { Hexadecimal.encode((entry(naming: host) ?? standard).content.facts.keyDigest) }

    /// The one that the gateway shows (`ServerIdentity`): the last that has the very name, else the last with a wildcard for it.
    private func entry(naming host: String) -> Entry? {
        let host = host.lowercased()
        let above = host.firstIndex(of: ".").map { "*" + host[$0...] }
        let entries = [standard] + imported.sorted { $0.key < $1.key }.map(\.value)
        func last(with name: String?) -> Entry? {
            entries.last { entry in name.map { entry.content.facts.hostNames.contains($0) } ?? false }
        }
        return last(with: host) ?? last(with: above)
    }

    /// Why others would not believe what is shown for the host; nil for no reason that can be seen from here.
    func doubt(about host: String) async -> CertificateDoubt? {
        guard let content = entry(naming: host)?.content else { return .ofOthers }
        let facts = content.facts, now = Int64(time(nil))
        if facts.notAfter <= now || facts.notBefore > now { return .expired }
        if facts.isSelfSigned { return .selfSigned }
        return await Self.isTrusted(content.shown.chain) ? nil : .untrusted
    }

    /// Away from the event loop: the system's authorities are read.
    @concurrent private nonisolated static func isTrusted(_ chain: String) async -> Bool { CertificateTrust.isGiven(to: Array(chain.utf8)) }

    /// Days until what is shown for the host ends, if they are so few that it should have been renewed.
    func fewDaysLeft(of host: String) -> Int64? {
        guard let facts = entry(naming: host)?.content.facts else { return nil }
        let days = (facts.notAfter - Int64(time(nil))) / 86_400
        return days < Self.warningDays ? days : nil
    }

    // MARK: For operators

    /// The standard one first.
    func all() throws -> [Certificate] {
        try [certificate(nil, standard)] + imported.sorted { $0.key < $1.key }.map { try certificate($0.key, $0.value) }
    }

    func certificate(_ name: CertificateName) throws -> Certificate {
        guard let found = try all().first(where: { $0.name == name }) else { throw Self.none(name) }
        return found
    }

    private static func none(_ name: CertificateName) -> AdminError {
        AdminError(.notFound, "There is no certificate \(name).", hint: "`certificate list` shows all.")
    }

    private func certificate(_ name: CertificateName?, _ entry: Entry) throws -> Certificate {
        let facts = entry.content.facts
        return Certificate(
            name: try name ?? Self.name(ofStandard: facts), hostNames: facts.hostNames,
            issuer: facts.issuer, validFrom: Timestamp(secondsSince1970: facts.notBefore),
            expiresAt: Timestamp(secondsSince1970: facts.notAfter), fingerprint: Hexadecimal.encode(facts.fingerprint),
            certificateFile: entry.files.certificate, keyFile: entry.files.key, isStandard: name == nil,
            problem: entry.problem ?? Self.problem(facts, at: Int64(time(nil))))
    }

    /// A machine may have a name without a dot, and the certificate that was made for it has it too.
    private static func name(ofStandard facts: CertificateFacts) throws -> CertificateName {
        try facts.hostNames.lazy.compactMap { try? CertificateName($0) }.first ?? CertificateName("localhost.localdomain")
    }

    /// What is wrong with a certificate by itself.
    private static func problem(_ facts: CertificateFacts, at now: Int64) -> String? {
        if facts.notAfter <= now { return "It has expired: mail programs refuse it." }
        let days = (facts.notAfter - now) / 86_400
        if days < warningDays { return "It expires in \(days == 1 ? "1 day" : "\(days) days"), and was not renewed." }
        if facts.notBefore > now { return "It is not valid yet." }
        return nil
    }

    func add(_ files: CertificateFiles) async throws -> Certificate {
        let (name, entry) = try Self.read(files)
        _ = try await database.query(
            """
            INSERT INTO certificates (name, certificate_file, key_file) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET certificate_file = $2, key_file = $3, imported_at = now()
            """, [.text(name.text), .text(files.certificate), .text(files.key)])
        imported[name] = entry
        keep(entry.content, of: name)
        push()
        return try certificate(name)
    }

    /// What `add` would answer.
    func tried(_ files: CertificateFiles) throws -> Certificate {
        let (name, entry) = try Self.read(files)
        return try certificate(name, entry)
    }

    private static func read(_ files: CertificateFiles) throws -> (CertificateName, Entry) {
        let stamp = CertificateFiles.Stamp(files)
        let content = try files.read()
        guard let first = content.facts.hostNames.first else {
            throw AdminError(.invalid, "\(files.certificate) names no host in its subject alternative name.")
        }
        return (try CertificateName(first), Entry(files: files, stamp: stamp, content: content))
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
        unlink(copies(of: name).certificate)
        unlink(copies(of: name).key)
        push()
    }
}

import AdminAPI
import Runtime

/// What the audit log is told of one call: before it changes anything that it begins, and in the end what came of it.
@EventLoopActor
final class CallRecord {
    var event: AuditLog.Entry
    private let call: any AnyCall
    private let isRehearsal: Bool
    private let audit: AuditLog
    private var isRefusedByLog = false
    /// The result of a call that was not refused.
    private static let done = "done"

    init(of call: any AnyCall, by caller: AdminCaller, isRehearsal: Bool, trace: String, in audit: AuditLog) {
        (self.call, self.isRehearsal, self.audit) = (call, isRehearsal, audit)
        event = AuditLog.Entry(
            caller: caller.name, role: call.isLogin ? nil : caller.role, origin: caller.origin,
            command: call.command + (isRehearsal ? " --dry-run" : ""), target: "", tenant: caller.part?.tenantName.text, result: Self.done,
            trace: trace)
    }

    /// What the call is about, as its path, query and body say.
    func name(_ subjects: [AdminSubject], _ body: any Sendable, _ path: PathParameters, _ query: PathParameters) {
        event.target = (body as? any TellsOfItself)?.told ?? subjects.first?.recorded ?? Self.unnamed(call, path)
        if call.query.contains("now"), query["now"] == "true" { event.target += " --now" }
        if let destination = (body as? any NamesDestination)?.destination { event.target += " \(destination.text)" }
        if let more = body as? any NamesMore { event.target += " \(more.options)" }
        if let login = body as? any ProvesCaller { event.caller = login.claimed }
        event.target = Self.clean(event.target)
    }

    /// Of a call that was refused before its body could be read.
    func name(_ path: PathParameters, _ query: PathParameters) {
        guard event.target.isEmpty else { return }
        let subjects = AdminSubject.all(call, path: path, query: query, body: ())
        event.target = Self.clean(subjects.first?.recorded ?? Self.unnamed(call, path))
    }

    /// What a path says that names no subject. What is no name may be anything, such as a password that was typed in its place.
    private static func unnamed(_ call: any AnyCall, _ path: PathParameters) -> String {
        if call.path.noun == "workers", let worker: WorkerName = try? path.require("name") { return worker.text }
        return path.texts.isEmpty ? "" : AdminSubject.noName
    }

    private static func clean(_ target: String) -> String {
        let scalars = target.unicodeScalars.prefix(300).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(scalars))
    }

    /// After all that may refuse the call without a change, proofs of who calls too: strangers could fill the log. Should the process end
    /// in its midst, the next start tells that nobody knows what came of it.
    func begin() async throws(AdminError) {
        guard call.effect != .reads, !isRehearsal else { return }
        // What brings the database back must not wait for it.
        event.goesOn = call.command == Calls.restartWorker.command
        event.begun = await audit.begin(event)
        guard event.begun != nil || event.goesOn else {
            isRefusedByLog = true
            throw Self.notWritten
        }
    }

    static let notWritten = AdminError(
        .unavailable, "The audit log cannot be written at the moment, so nothing was done.", hint: "Try again in a few seconds.")

    /// - Returns: whether there is anything to record.
    func end() async -> Bool {
        guard isKept else { return false }
        if isRefusedByLog { return true }  // which tells it itself
        event.target = String(event.target.prefix(300))
        if event.begun == nil, event.result != Self.done { await audit.appendRefused(event) } else { await audit.append(event) }
        return true
    }

    private var isKept: Bool {
        if event.begun != nil { return true }
        // Logins that are refused are not: strangers could fill the log with them. They are in the platform's own, which is bounded.
        return !call.isLogin && (!call.isPolled || event.result == AdminError.Code.forbidden.rawValue)
    }
}

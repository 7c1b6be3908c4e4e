import Runtime

/// Who changes something waits for who changes the same thing already: else what was before, and what came of it, would be told of one
/// change and be another's.
@EventLoopActor
final class SubjectTurns {
    /// Who waits, of each that somebody changes now.
    private var waiting: [AdminSubject: [CheckedContinuation<Void, Never>]] = [:]

    /// In the order in which they ask.
    func hold<Value>(_ subject: AdminSubject?, _ body: () async throws -> Value) async rethrows -> Value {
        guard let subject else { return try await body() }
        if waiting[subject] == nil { waiting[subject] = [] } else {
            await withCheckedContinuation { waiting[subject]?.append($0) }
        }
        defer { handOn(subject) }
        return try await body()
    }

    private func handOn(_ subject: AdminSubject) {
        guard waiting[subject]?.isEmpty == false else { return waiting[subject] = nil }
        waiting[subject]?.removeFirst().resume()
    }
}

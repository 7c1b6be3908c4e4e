import AdminAPI

/// One call as it is waited for: who waits may want to see that it goes on, and to wait no longer.
package struct CallWatch {
    /// Who carries a call looks up so often.
    package static let interval = Duration.milliseconds(100), milliseconds: Int32 = 100

    private let progress: Progress?
    private let changes: Bool

    /// - Parameters:
    ///   - progress: nil: nobody looks.
    ///   - changes: whether the call changes something.
    package init(progress: Progress?, changes: Bool) { (self.progress, self.changes) = (progress, changes) }

    package func look() { progress?.look() }

    /// False at Ctrl-C. Work of many parts ends between them, so that each is done or not begun: a change that is one of them is waited
    /// for.
    package func goesOn() -> Bool {
        guard let progress else { return true }
        progress.look()
        return !progress.isInterrupted || (changes && progress.isDivided)
    }

    /// - Parameter isSent: whether the platform has the whole request, and may be doing what it asks for.
    package func interruption(isSent: Bool) -> AdminError {
        guard isSent, changes else { return AdminError(.interrupted, "Interrupted; nothing was changed.") }
        return AdminError(
            .interrupted, "Interrupted while the platform was at it; whether it is done is not known.",
            hint: "The platform goes on with what it has begun; `casella audit list` shows what came of it.")
    }
}

/// How far something long is, for who waits in front of a terminal.
package struct Progress: Sendable {
    private static let patience = Duration.seconds(1)

    private let total: Int
    private let things: String

    /// - Parameter things: what is counted, such as `users`.
    package init(total: Int, of things: String) { (self.total, self.things) = (total, things) }

    /// nil as long as nobody got impatient.
    package func line(done: Int, after elapsed: Duration) -> String? {
        guard elapsed > Self.patience, (1..<total).contains(done) else { return nil }
        let left = (elapsed / done * (total - done)).components.seconds + 1
        let time = left < 60 ? "\(left) s" : "\(left / 60) min \(left % 60) s"
        return "\(done) of \(total) \(things), about \(time) left"
    }
}

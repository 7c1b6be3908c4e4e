/// How far an import is, for who waits in front of a terminal.
package struct ImportProgress: Sendable {
    private static let patience = Duration.seconds(1)

    private let total: Int
    /// Of what there are so many.
    private let noun: String

    package init(total: Int, of noun: String = "users") { (self.total, self.noun) = (total, noun) }

    /// nil as long as nobody got impatient.
    package func line(done: Int, after elapsed: Duration) -> String? {
        guard elapsed > Self.patience, (1..<total).contains(done) else { return nil }
        let left = (elapsed / done * (total - done)).components.seconds + 1
        let time = left < 60 ? "\(left) s" : "\(left / 60) min \(left % 60) s"
        return "\(done) of \(total) \(noun), about \(time) left"
    }
}

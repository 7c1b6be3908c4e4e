/// That a user has to choose another password.
public struct PasswordDemand: Codable, Sendable, Hashable {
    /// In so many seconds; then the present one opens no mail protocol any more. 0: at once; nil: no other is asked for any more.
    public var within: Int64?
    /// A year at most.
    public static let longest: Int64 = 31_536_000

    public init(within: Int64?) { self.within = within }

    public func validate() throws(AdminError) {
        guard let within, !(0...Self.longest).contains(within) else { return }
        throw AdminError(.invalid, "A password is to be changed within a year.", hint: "Say 0 for at once, or a time such as 7d.")
    }
}

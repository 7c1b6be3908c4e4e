/// The cage that a child puts itself into before its first thread exists.
public struct Confinement: Codable, Sendable, Equatable {
    /// The numeric user and group to become; nil when the platform does not run as root.
    public var userID: UInt32?
    public var groupID: UInt32?
    /// Groups kept beside `groupID`.
    public var supplementaryGroups: [UInt32]
    /// Landlock: everything else in the file system is out of reach.
    public var readablePaths: [String]
    public var writablePaths: [String]
    /// False: `socket()` makes Unix sockets only.
    public var mayUseInternetSockets: Bool

    public init(
        userID: UInt32? = nil, groupID: UInt32? = nil, supplementaryGroups: [UInt32] = [], readablePaths: [String] = [],
        writablePaths: [String] = [], mayUseInternetSockets: Bool = false
    ) {
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroups = supplementaryGroups
        self.readablePaths = readablePaths
        self.writablePaths = writablePaths
        self.mayUseInternetSockets = mayUseInternetSockets
    }
}

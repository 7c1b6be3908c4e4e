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
    public var limits: ResourceLimits

    /// What one process may take of the machine, as the kernel counts it (setrlimit(2)). A limit that is lower already stays.
    public struct ResourceLimits: Codable, Sendable, Equatable {
        public var openFiles: UInt64
        /// Octets of private memory, thread stacks included; shared memory does not exist in a cage.
        public var memory: UInt64
        /// Octets of one file.
        public var fileSize: UInt64
        /// Threads of all the user's processes together; counted only where the process gets a user of its own.
        public var threads: UInt64

        public init(openFiles: UInt64 = 16_384, memory: UInt64 = 2 << 30, fileSize: UInt64 = 4 << 30, threads: UInt64 = 512) {
            self.openFiles = openFiles
            self.memory = memory
            self.fileSize = fileSize
            self.threads = threads
        }
    }

    public init(
        userID: UInt32? = nil, groupID: UInt32? = nil, supplementaryGroups: [UInt32] = [], readablePaths: [String] = [],
        writablePaths: [String] = [], mayUseInternetSockets: Bool = false, limits: ResourceLimits = ResourceLimits()
    ) {
        self.userID = userID
        self.groupID = groupID
        self.supplementaryGroups = supplementaryGroups
        self.readablePaths = readablePaths
        self.writablePaths = writablePaths
        self.mayUseInternetSockets = mayUseInternetSockets
        self.limits = limits
    }
}

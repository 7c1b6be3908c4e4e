/// What is to become of a tenant's blob segments.
struct CompactionPlan: Sendable, Equatable {
    /// Octets of records that are packed into one segment, about.
    static let packedSize: Int64 = 64 << 20
    /// Less to be had from a segment is not worth the writing.
    private static let worthwhile: Int64 = 64 << 10
    /// Packed segments of less than a quarter of `packedSize` that may lie about.
    private static let smallOnes = 8

    /// Segments in which nobody wants anything.
    private(set) var unused: [Int64] = []
    /// Segments whose records are to be packed, each group into one new segment.
    private(set) var groups: [[Int64]] = []
    /// What following it comes to.
    private(set) var foreseen = CompactionOutcome()

    /// Whether less than half of a segment is wanted, and the rest is worth the writing.
    static func isSparse(_ size: Int64, _ wanted: Int64) -> Bool { wanted < size / 2 && size - wanted >= worthwhile }

    /// - Parameters:
    ///   - sizes: the octets of each segment that takes no more records.
    ///   - live: the octets of the records that somebody refers to, by segment.
    init(sizes: [Int64: Int64], live: [Int64: Int64]) {
        let small = sizes.filter { $0.key < 0 && $0.value < Self.packedSize / 4 && live[$0.key] != nil }
        var sparse: [Int64] = []
        for (segment, size) in sizes.sorted(by: { $0.key < $1.key }) {
            guard let wanted = live[segment], wanted > 0 else {
                unused.append(segment)
                foreseen.freed += size
                continue
            }
            if Self.isSparse(size, wanted) || small.count > Self.smallOnes && small[segment] != nil { sparse.append(segment) }
        }
        var octets: Int64 = 0
        for segment in sparse {
            let wanted = live[segment] ?? 0
            if groups.isEmpty || octets + wanted > Self.packedSize {
                groups.append([])
                octets = 0
            }
            groups[groups.count - 1].append(segment)
            octets += wanted
            foreseen.freed += sizes[segment] ?? 0
            foreseen.packed += wanted
        }
    }
}

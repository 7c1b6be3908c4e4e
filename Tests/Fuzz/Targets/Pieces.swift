/// Ways to cut the same bytes, as a network cuts them: what is read must not depend on it.
///
/// The cuts follow from the bytes themselves, so that a found case stays one file that reads as what it is.
enum Pieces {
    /// All at once, octet by octet (when there are few), each line's end apart from the next line, and at random.
    static func ways(_ input: [UInt8]) -> [[ArraySlice<UInt8>]] {
        guard !input.isEmpty else { return [[input[...]]] }
        var ways = [[input[...]], lines(input), random(input)]
        if input.count <= 2_000 { ways.append(input.indices.map { input[$0...$0] }) }
        return ways
    }

    /// Cut behind each LF, and between each CR and LF.
    static func lines(_ input: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in input.enumerated() where byte == 10 || (byte == 13 && index + 1 < input.count && input[index + 1] == 10) {
            pieces.append(input[start...index])
            start = index + 1
        }
        if start < input.count { pieces.append(input[start...]) }
        return pieces
    }

    static func random(_ input: [UInt8]) -> [ArraySlice<UInt8>] {
        var dice = Dice(seededBy: input)
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < input.count {
            let end = min(input.count, start + 1 + dice.roll(dice.roll(4) == 0 ? 1 + input.count / 2 : 20))
            pieces.append(input[start..<end])
            start = end
        }
        return pieces
    }
}

/// Numbers that look random and follow from a seed (SplitMix64).
struct Dice {
    private var state: UInt64

    init(seededBy bytes: some Sequence<UInt8>) {
        state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }  // FNV-1a
    }

    /// 0 to `sides` - 1.
    mutating func roll(_ sides: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(1, sides)))
    }
}

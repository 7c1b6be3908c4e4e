import AdminAPI

/// Numbers that count platform-wide, as one tenant's administrators see them: they tell nothing of how much others do, are the same each
/// time, and find the number that they stand for when they are given back.
///
/// Speck48/96 (Beaulieu et al., "The SIMON and SPECK Families of Lightweight Block Ciphers", 2013): a permutation of 48 bits, so that what
/// comes out is a positive number that every reader of JSON keeps whole. It hides counts, and guards no secret.
struct NumberCipher: Sendable {
    /// Whose counting the number is of.
    enum Counting: String { case audit, logins }

    private static let rounds = 23, wordSize: UInt32 = 24, mask: UInt32 = 0xFF_FFFF
    private static let numbers: ClosedRange<Int64> = 1...1 << 48
    private let roundKeys: [UInt32]

    init(_ counting: Counting, of tenant: Int64, secrets: Secrets) throws {
        let key = try secrets.key(for: "the numbers that tenant \(tenant) sees of \(counting.rawValue)")
        self.init(key: (0..<4).map { word in key[word * 3..<word * 3 + 3].reduce(0) { $0 << 8 | UInt32($1) } })
    }

    /// - Parameter key: four words of 24 bits, the last of the paper's order first.
    init(key: [UInt32]) {
        var later = Array(key.dropFirst()), roundKeys = Array(key.prefix(1))
        for round in 0..<UInt32(Self.rounds - 1) {
            var pair = (later.removeFirst(), roundKeys[Int(round)])
            Self.mix(&pair, round)
            later.append(pair.0)
            roundKeys.append(pair.1)
        }
        self.roundKeys = roundKeys
    }

    /// What stands for a number from 1 on. No counting comes to its end.
    func shown(_ number: Int64) -> Int64 {
        guard Self.numbers.contains(number) else { return number }
        var pair = Self.words(number - 1)
        for key in roundKeys { Self.mix(&pair, key) }
        return (Int64(pair.0) << Int64(Self.wordSize) | Int64(pair.1)) + 1
    }

    /// The number that is shown as this one; nil when none is.
    func number(shownAs shown: Int64) -> Int64? {
        guard Self.numbers.contains(shown) else { return nil }
        var (left, right) = Self.words(shown - 1)
        for key in roundKeys.reversed() {
            right = Self.rotated(left ^ right, by: Self.wordSize - 3)
            left = Self.rotated(((left ^ key) &- right) & Self.mask, by: 8)
        }
        return (Int64(left) << Int64(Self.wordSize) | Int64(right)) + 1
    }

    private static func words(_ block: Int64) -> (UInt32, UInt32) {
        (UInt32(block >> Int64(wordSize)) & mask, UInt32(truncatingIfNeeded: block) & mask)
    }

    private static func mix(_ pair: inout (UInt32, UInt32), _ key: UInt32) {
        pair.0 = ((rotated(pair.0, by: wordSize - 8) &+ pair.1) & mask) ^ key
        pair.1 = rotated(pair.1, by: 3) ^ pair.0
    }

    /// To the left.
    private static func rotated(_ word: UInt32, by bits: UInt32) -> UInt32 { (word << bits | word >> (wordSize - bits)) & mask }
}

extension Provisioning {
    /// nil: the platform's own administrators see numbers as they are.
    func cipher(_ counting: NumberCipher.Counting, for caller: AdminCaller) throws -> NumberCipher? {
        try caller.part.map { try NumberCipher(counting, of: $0.tenant, secrets: roles.secrets) }
    }

    /// A number that the caller has from an answer, and gives back to be told what comes before it.
    func number(_ name: String, _ request: AdminRequest<Nothing>, through cipher: NumberCipher?) throws(AdminError) -> Int64? {
        guard let given = try number(name, request), let cipher else { return try number(name, request) }
        guard let number = cipher.number(shownAs: given) else {
            throw AdminError(.invalid, "The parameter \(name) is no number that was shown to you.")
        }
        return number
    }
}

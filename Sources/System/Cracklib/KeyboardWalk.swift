/// Keys that lie side by side on a keyboard: along a row, or down a column, either way, with and without shift.
enum KeyboardWalk {
    /// Of QWERTY; and the rows that QWERTZ and AZERTY have instead.
    private static let lines: [[Unicode.Scalar]] = {
        let forward = [
            "`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
            "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/",
        ].map { Array($0.unicodeScalars) }
        return forward + forward.map { $0.reversed() }
    }()

    /// The key that has the sign with shift.
    private static let unshifted: [Unicode.Scalar: Unicode.Scalar] = Dictionary(
        uniqueKeysWithValues: zip("~!@#$%^&*()_+{}|:\"<>?".unicodeScalars, "`1234567890-=[]\\;',./".unicodeScalars))

    /// - Parameter text: in lower case.
    /// - Returns: for each place how many keys lie side by side from there on; 0 for fewer than `shortest`.
    static func lengths(in text: [Unicode.Scalar], atLeast shortest: Int) -> [Int] {
        let keys = text.map { unshifted[$0] ?? $0 }
        return keys.indices.map { start in
            let longest = lines.map { line in common(line, keys[start...]) }.max() ?? 0
            return longest >= shortest ? longest : 0
        }
    }

    /// How much of the keys is in the line, where their first one is.
    private static func common(_ line: [Unicode.Scalar], _ keys: ArraySlice<Unicode.Scalar>) -> Int {
        guard let first = keys.first, let place = line.firstIndex(of: first) else { return 0 }
        return zip(line[place...], keys).prefix { $0 == $1 }.count
    }
}

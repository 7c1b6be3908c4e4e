/// What a mistyped word may have been meant to be.
package enum Suggestion {
    /// The nearest of the words, when it is near enough: a third of its letters may be wrong, or it begins as typed.
    package static func nearest(to word: String, in words: [String]) -> String? {
        let word = word.lowercased()
        guard !word.isEmpty, word.utf8.count <= 64 else { return nil }
        let ranked = words.map { (word: $0, distance: distance(word, $0)) }.filter { $0.distance <= max(1, $0.word.count / 3) }
        if let best = ranked.min(by: { $0.distance < $1.distance }) { return best.word }
        let continued = words.filter { word.count >= 2 && $0.hasPrefix(word) }
        return continued.count == 1 ? continued.first : nil
    }

    /// How many letters must be changed, added, taken away, or swapped with their neighbour.
    package static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left), right = Array(right)
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}

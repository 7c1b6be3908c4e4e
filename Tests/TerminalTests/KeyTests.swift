import Terminal
import Testing

@Suite("Keys of a terminal") struct KeyTests {
    static let vectors: [(String, [Key])] = [
        ("q", [.character("q")]), ("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", [.up, .down, .right, .left]), ("\u{1B}OC", [.right]),
        ("\u{1B}[1;5D", [.left]), ("\u{1B}[15~s", [.character("s")]), ("\u{1B}", [.character("\u{1B}")]), ("\u{1B}[", []), ("", []),
        ("é", []), ("ss", [.character("s"), .character("s")]),
    ]
    @Test("Letters and arrows are told apart; what is neither is passed over", arguments: vectors)
    func keys(text: String, keys: [Key]) {
        #expect(Key.read(Array(text.utf8)) == keys)
    }
}

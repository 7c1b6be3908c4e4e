@preconcurrency import CLibEdit  // its globals are C variables: only the main actor touches them (see LineEditor)
import Glibc

/// What stands between libedit's completion hook and the `Completer`.
@MainActor
enum Completion {
    static var completer: LineEditor.Completer = { _, _ in nil }

    static func install() {
        // Addresses, option names and `tenant:name` are single words, so only spaces and quotes part them.
        // libedit keeps the pointer for as long as the process lives, so the copy is never freed.
        // Debian 12's libedit looks at the basic set, where GNU readline looks at the completer's.
        rl_basic_word_break_characters = UnsafePointer(strdup(" \t\n\"'"))
        rl_completer_word_break_characters = strdup(" \t\n\"'")
        rl_completion_query_items = 200
        rl_attempted_completion_function = { text, _, end in
            rl_attempted_completion_over = 1  // never fall back to file names
            let word = text.map { String(cString: $0) } ?? ""
            // Places are counted in scalars.
            let typed = rl_line_buffer.map { String(cString: $0).unicodeScalars.prefix(Int(max(0, end))) }
            let offer = MainActor.assumeIsolated { Completion.completer(typed.map { String($0) } ?? "", word) }
            return offer.flatMap { Completion.matchList($0.inserted, $0.shown) }
        }
    }

    /// The list as libedit wants it, in memory that it frees: what is inserted first, then what is shown, then null. Of one match alone the
    /// former is all.
    nonisolated static func matchList(_ inserted: String, _ shown: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        let words = shown.count == 1 ? [inserted] : [inserted] + shown
        guard let memory = calloc(words.count + 1, MemoryLayout<UnsafeMutablePointer<CChar>?>.stride) else { return nil }
        let list = memory.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: words.count + 1)
        for (index, word) in words.enumerated() { list[index] = strdup(word) }
        return list
    }
}

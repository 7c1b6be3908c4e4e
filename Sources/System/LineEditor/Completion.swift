@preconcurrency import CLibEdit  // its globals are C variables: only the main actor touches them (see LineEditor)
import Glibc

/// What stands between libedit's completion hook and the `Completer`.
@MainActor
enum Completion {
    static var completer: LineEditor.Completer = { _, _ in [] }

    static func install() {
        // Addresses, option names and `tenant:name` are single words, so only spaces and quotes part them.
        // libedit keeps the pointer for as long as the process lives, so the copy is never freed.
        // Debian 12's libedit looks at the basic set, where GNU readline looks at the completer's.
        rl_basic_word_break_characters = UnsafePointer(strdup(" \t\n\"'"))
        rl_completer_word_break_characters = strdup(" \t\n\"'")
        rl_completion_query_items = 200
        rl_attempted_completion_function = { text, start, _ in
            rl_attempted_completion_over = 1  // never fall back to file names
            let word = text.map { String(cString: $0) } ?? ""
            let typed = rl_line_buffer.map { String(cString: $0) } ?? ""
            let before = String(decoding: typed.utf8.prefix(Int(max(0, start))), as: UTF8.self)
            let matches = MainActor.assumeIsolated { Completion.completer(before, word) }
            return Completion.matchList(matches)
        }
    }

    /// The list as libedit wants it, in memory that it frees: the longest common beginning first, then the matches, then null.
    nonisolated static func matchList(_ matches: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        guard let first = matches.first else { return nil }
        let common = matches.dropFirst().reduce(first) { longestCommonBeginning($0, $1) }
        let words = matches.count == 1 ? [first] : [common] + matches
        guard let memory = calloc(words.count + 1, MemoryLayout<UnsafeMutablePointer<CChar>?>.stride) else { return nil }
        let list = memory.bindMemory(to: UnsafeMutablePointer<CChar>?.self, capacity: words.count + 1)
        for (index, word) in words.enumerated() { list[index] = strdup(word) }
        return list
    }

    nonisolated static func longestCommonBeginning(_ left: String, _ right: String) -> String {
        String(zip(left, right).prefix { $0 == $1 }.map(\.0))
    }
}

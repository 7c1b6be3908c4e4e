import Terminal

/// What a terminal sends: no octet becomes two keys, and an arrow is one whatever came before.
enum TerminalKeys {
    static func check(_ input: [UInt8]) throws {
        let keys = Key.read(input)
        try promise(keys.count <= input.count, "more keys than octets")
        for case .character(let character) in keys { try promise(character.isASCII, "the key \(character)") }
        if !input.contains(0x1B) {
            let characters = input.filter { $0 < 0x80 }.map { Key.character(Character(Unicode.Scalar($0))) }
            try promiseEqual(keys, characters, "keys without arrows")
        }
        // The tilde ends what was begun.
        for opening in ["[", "O"] {
            try promiseEqual(Key.read(input + Array("~\u{1B}\(opening)A".utf8)).last, .up, "an arrow at the end")
        }
    }
}

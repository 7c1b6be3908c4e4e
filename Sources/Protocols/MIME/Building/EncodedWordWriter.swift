extension EncodedWord {
    /// Header text as it may be sent: as it is when it is printable ASCII, else as UTF-8 encoded words of at most 75 octets
    /// (RFC 2047 §2), divided between characters (§5) and joined by spaces, where `HeaderWriter` folds.
    public static func encode(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        if bytes.allSatisfy({ $0 >= ASCII.space && $0 < 127 }), !text.contains("=?") { return bytes }
        var words: [UInt8] = []
        var word: [UInt8] = []
        func close() {
            guard !word.isEmpty else { return }
            if !words.isEmpty { words.append(ASCII.space) }
            words += Array("=?UTF-8?B?".utf8) + Base64.encode(word) + Array("?=".utf8)
            word.removeAll()
        }
        for scalar in text.unicodeScalars {
            let character = Array(String(scalar).utf8)
            if word.count + character.count > 39 { close() }  // 64 octets with the frame, so that `Subject:` fits before
            word += character
        }
        close()
        return words
    }
}

/// `esmtp-param` of MAIL and RCPT (RFC 5321 §4.1.2).
struct ESMTPParameter {
    /// In upper case.
    let keyword: String
    let rawValue: ArraySlice<UInt8>?

    /// Reads what follows a path: nothing, or parameters with a space before each.
    static func list(from scanner: inout ByteScanner) throws(SMTPSyntaxError) -> [ESMTPParameter] {
        var parameters: [ESMTPParameter] = []
        while !scanner.isAtEnd {
            guard scanner.skip(32) else { throw .badArguments("a space before each parameter") }
            _ = scanner.take { $0 == 32 }
            if scanner.isAtEnd { break }
            let word = scanner.take { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") }
            guard word.first?.isASCIILetterOrDigit == true, word.count <= 64 else { throw .badArguments("parameters are KEYWORD=value") }
            let keyword = String(decoding: word.map(\.asciiUppercased), as: UTF8.self)
            var value: ArraySlice<UInt8>?
            if scanner.skip(UInt8(ascii: "=")) {
                // `=` inside a value is against the grammar; the values' own grammars refuse it.
                value = scanner.take { $0 > 32 && $0 != 127 }
                if value?.isEmpty == true { throw .badParameter(keyword) }
            }
            if parameters.contains(where: { $0.keyword == keyword }) || parameters.count >= 16 { throw .badParameter(keyword) }
            parameters.append(ESMTPParameter(keyword: keyword, rawValue: value))
        }
        return parameters
    }

    func value<Value>(_ read: (ArraySlice<UInt8>) -> Value?) throws(SMTPSyntaxError) -> Value {
        guard let rawValue, let value = read(rawValue) else { throw .badParameter(keyword) }
        return value
    }
}

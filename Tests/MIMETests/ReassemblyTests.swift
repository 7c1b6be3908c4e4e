import MIME
import TestSupport
import Testing

/// Random messages: the ranges must always tile the message.
@Suite("Ranges of any message") struct ReassemblyTests {
    /// Joins header, body and what lies between the parts; nil when ranges overlap or leave their parent.
    static func reassemble(_ entity: Entity, of source: [UInt8]) -> [UInt8]? {
        guard entity.headerRange.upperBound == entity.bodyRange.lowerBound,
            entity.separatorRange.upperBound <= entity.headerRange.upperBound
        else { return nil }
        var fieldEnd = entity.headerRange.lowerBound
        for field in entity.fields {
            guard field.range.lowerBound >= fieldEnd, field.range.upperBound <= entity.headerRange.upperBound,
                field.nameRange.upperBound <= field.valueRange.lowerBound || field.nameRange.isEmpty,
                field.valueRange.upperBound <= field.range.upperBound
            else { return nil }
            fieldEnd = field.range.upperBound
        }
        var joined = Array(source[entity.headerRange])
        var position = entity.bodyRange.lowerBound
        for child in entity.children {
            guard child.range.lowerBound >= position, child.range.upperBound <= entity.bodyRange.upperBound,
                let inner = reassemble(child, of: source)
            else { return nil }
            joined += source[position..<child.range.lowerBound] + inner
            position = child.range.upperBound
        }
        let lines = source[entity.bodyRange].count { $0 == 10 }, headerLines = source[entity.headerRange].count { $0 == 10 }
        guard lines == entity.bodyLines, headerLines == entity.headerLines else { return nil }
        return joined + source[position..<entity.bodyRange.upperBound]
    }

    static let fragments = [
        "Content-Type: multipart/mixed; boundary=a\r\n", "Content-Type: multipart/digest; boundary=\"ab\"\r\n",
        "Content-Type: message/rfc822\r\n", "Subject: =?utf-8?q?x?=\r\n", "From: a@b, c: d@e;\r\n", "\r\n", "\n", "--a\r\n", "--a--\r\n",
        "--ab\r\n", "--ab--\n", "--a  \n", "text\r\n", "text", " folded\r\n", "\0", "é\r\n", "\r", "--", ":\n",
    ]

    @Test("Ranges tile random messages, and their cached structure comes back the same") func randomMessages() {
        var random = SeededNumbers(state: 1)
        for _ in 0..<5_000 {
            var source: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<30, using: &random) { source += bytes(Self.fragments.randomElement(using: &random) ?? "") }
            let message = ParsedMessage(source)
            #expect(Self.reassemble(message.root, of: source) == source)
            let structure = CachedStructure(of: message)
            #expect(CachedStructure(decoding: structure.encoded) == structure)
        }
    }

    @Test("100,000 mutations of a message trap nowhere") func mutations() {
        var random = SeededNumbers(state: 2)
        let base = crlf(Samples.complex)
        let key = SearchKey("ënriched")
        for round in 0..<100_000 {
            var source = Array(base.prefix(Int.random(in: 0...base.count, using: &random)))
            for _ in 0..<Int.random(in: 0...4, using: &random) where !source.isEmpty {
                source[Int.random(in: 0..<source.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let message = ParsedMessage(source)
            if round % 10 == 0 {
                #expect(Self.reassemble(message.root, of: source) == source)
                _ = CachedStructure(of: message)
                _ = message.textContains(key)
            }
        }
    }

    @Test("Mutated caches are decoded or refused, never trapped on") func mutatedCaches() {
        var random = SeededNumbers(state: 3)
        let base = CachedStructure(of: ParsedMessage(crlf(Samples.complex))).encoded
        for _ in 0..<20_000 {
            var cache = Array(base.prefix(Int.random(in: 0...base.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !cache.isEmpty {
                cache[Int.random(in: 0..<cache.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = CachedStructure(decoding: cache)
        }
        #expect(CachedStructure(decoding: []) == nil && CachedStructure(decoding: [2] + base.dropFirst()) == nil)
    }

    static let hard: [(String, String)] = [
        ("deep boundaries", "Content-Type: multipart/mixed; boundary=bbbbbbbbbbbb\n\n--bbbbbbbbbbbb\n"), ("delimiters", "--a\n"),
        ("open comments", "From: ((((((((((\n"), ("encoded words", "Subject: =?a?b? =?a?b? \n =?a?q?\n"),
        ("parameters", "Content-Type: a/b; a=\"\n"),
        ("soft breaks", "=  =  =  =  "), ("addresses", "To: a@b,c <d@e>, f: g@h; . . .\n"),
    ]
    @Test("Four times the size takes less than eight times as long", arguments: hard) func linearTime(name: String, unit: String) {
        func time(_ count: Int) -> Duration {
            let source = bytes(String(repeating: unit, count: count))
            return (0..<3).map { _ in
                ContinuousClock().measure {
                    let message = ParsedMessage(source)
                    _ = CachedStructure(of: message).encoded
                    _ = EncodedWord.decode(source)
                    _ = AddressList.parse(source)
                    _ = QuotedPrintable.decode(source)
                    _ = DateTime(parsing: source)
                    _ = message.textContains(SearchKey("aaab"))
                }
            }.min() ?? .zero
        }
        #expect(time(4_000) < time(1_000) * 8 + .milliseconds(20))
    }
}

import ControlPlane
import DKIM
import SMTP

extension FuzzTarget {
    /// What is signed, and what is published of the keys.
    static let dkim: [FuzzTarget] = [
        FuzzTarget("dkim-message", SignedMessages.check), FuzzTarget("dkim-record", KeyRecords.check),
    ]
}

/// The relaxed forms of a message: what a signature is of does not depend on how the message came, and has nothing twice.
enum SignedMessages {
    static func check(_ input: [UInt8]) throws {
        let whole = relaxed([input[...]])
        for way in Pieces.ways(input) { try promiseEqual(relaxed(way), whole, "a cut matters in \(shown(input))") }
        try promiseEqual(relaxed([whole[...]]), whole, "a body that is relaxed already")
        try check(lines: whole)
        try checkField(input)
    }

    private static func relaxed(_ pieces: [ArraySlice<UInt8>]) -> [UInt8] {
        var body = RelaxedBody()
        return pieces.flatMap { body.feed($0) } + body.finish()
    }

    /// RFC 6376 §3.4.4: one space at most between words, none at a line's end, and no empty line at the end.
    private static func check(lines whole: [UInt8]) throws(BrokenPromise) {
        try promise(whole.isEmpty || whole.suffix(2) == [13, 10], "a body without a line end")
        try promise(whole.count < 4 || whole.suffix(4) != [13, 10, 13, 10], "an empty line at the end")
        for (index, byte) in whole.enumerated() {
            try promise(byte != 9, "a tab")
            guard byte == 32, index + 1 < whole.count else { continue }
            let isLineEnd = index + 2 < whole.count && whole[index + 1] == 13 && whole[index + 2] == 10
            try promise(whole[index + 1] != 32 && !isLineEnd, "blanks that count for nothing")
        }
    }

    private static func checkField(_ input: [UInt8]) throws(BrokenPromise) {
        let field = SignatureField(
            algorithm: .rsa, domain: "a.example", selector: "s", time: 1, fields: SignedFields(of: input, HeaderScan(input)),
            bodyHash: Array(input.prefix(32)))
        let written = field.field(signature: Array(input.prefix(512)))
        let scan = HeaderScan(written)
        try promise(scan.fields.map(\.name) == ["dkim-signature"] && scan.end == written.count, "a signature is more than a field")
        // Each line end of what is signed ends a field; none is inside of one.
        for (index, byte) in field.signed.enumerated() {
            if byte == 13 { try promise(index + 1 < field.signed.count && field.signed[index + 1] == 10, "a lone CR is signed") }
            if byte == 10 { try promise(index > 0 && field.signed[index - 1] == 13, "a lone LF is signed") }
        }
        for line in field.signed.split(separator: 10) {
            try promise(line.contains(UInt8(ascii: ":")), "a line is no field: \(shown(line))")
        }
    }
}

/// Records that name servers answer with, about keys and policies.
enum KeyRecords {
    static func check(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        for algorithm in Algorithm.allCases {
            let known = KeyRecord(algorithm: algorithm, publicKey: Array("a key".utf8))
            let finding = known.finding(in: [text])
            if finding == .right { try promise(text.filter { !" \t".contains($0) }.contains("p=YSBrZXk="), "no key, and right") }
            try promiseEqual(known.finding(in: [known.text]), .right, "the key's own record")
            try promiseEqual(known.finding(in: [text, known.text]), .several, "two records")
            let record = KeyRecord(algorithm: algorithm, publicKey: input)
            try promiseEqual(record.finding(in: [record.text]), input.isEmpty ? .revoked : .right, "any key's own record")
            let strings = record.zoneText.split(separator: "\"").filter { $0 != " " }
            try promise(strings.allSatisfy { $0.utf8.count <= 255 } && strings.joined() == record.text, "a string of a zone file")
        }
        let tags = TagList(text)
        if let value = tags["p"] { try promise(!value.contains(";") && !value.contains(" "), "a value: \(value)") }
        if DMARCRecord(text).asksForNothing { try promise(tags["p"]?.lowercased() == "none", "a policy that asks for something") }
    }
}

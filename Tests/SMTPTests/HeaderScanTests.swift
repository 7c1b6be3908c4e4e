import SMTP
import TestSupport
import Testing

@Suite("Where header fields lie") struct HeaderScanTests {
    static let headers: [(String, [String], Bool)] = [
        ("A: 1\r\nB: 2\r\n\r\nC: 3\r\n", ["a=1", "b=2"], true), ("A:1\r\n x\r\n\ty\r\nB :2\r\n\r\n", ["a=1 x\ty", "b=2"], true),
        ("\r\nbody", [], true), ("", [], false), ("no header\r\n", [], false), ("A: 1\r\nbody without blank line\r\n", ["a=1"], false),
        ("A: 1\r\n", ["a=1"], false), ("A:\r\n\r\n", ["a="], true), (" A: 1\r\n\r\n", [], false), ("A: b:c\r\n\r\n", ["a=b:c"], true),
        ("Ä: 1\r\n\r\n", [], false), (":x\r\n\r\n", [], false),
        ("A: 1\r\n\rFrom: x\r\n\r\n", ["a=1"], false),
    ]

    @Test("Fields are found up to the blank line, or to what is no field", arguments: headers)
    func fields(text: String, fields: [String], hasBlankLine: Bool) {
        let message = text.octets
        let scan = HeaderScan(message)
        let found = scan.fields.map { "\($0.name)=\(String(decoding: scan.value(of: $0, in: message), as: UTF8.self))" }
        #expect(found == fields)
        #expect(scan.hasBlankLine == hasBlankLine)
        #expect(scan.fields.map { message[$0.range].count }.reduce(0, +) == scan.end)
    }

    @Test("Any octets have some header") func mutations() {
        var numbers = SeededNumbers(state: 5)
        for _ in 0..<100_000 {
            var octets = "Subject: a\r\n b\r\nFrom: x@y\r\n\r\nbody\r\n".octets
            for _ in 0..<4 { octets[Int.random(in: 0..<octets.count, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers) }
            let scan = HeaderScan(octets)
            for field in scan.fields { _ = scan.value(of: field, in: octets) }
        }
    }
}

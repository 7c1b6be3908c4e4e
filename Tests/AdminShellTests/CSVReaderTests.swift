import AdminShell
import Testing

struct CSVReaderTests {
    private func records(_ text: String) -> [CSVReader.Record] {
        var reader = CSVReader(text), records: [CSVReader.Record] = []
        while let record = reader.next() { records.append(record) }
        return records
    }

    static let texts: [(String, [[String]])] = [
        ("", []), ("\n\r\n", []), ("a", [["a"]]), ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
        ("\u{FEFF}a,b", [["a", "b"]]), ("a,,\n,", [["a", "", ""], ["", ""]]), ("\"a,b\",\"c\"\"d\"", [["a,b", "c\"d"]]),
        ("\"\"", [[""]]), ("\"\"\"\",\"\"", [["\"", ""]]), ("\"a\r\nb\",c\r\n", [["a\r\nb", "c"]]), ("a\rb,c", [["a\rb", "c"]]),
        (" a , b ", [[" a ", " b "]]), ("ä,é\n", [["ä", "é"]]),
    ]
    @Test("Fields stand between commas, in quotes if need be (RFC 4180)", arguments: texts) func read(text: String, fields: [[String]]) {
        #expect(records(text).map(\.fields) == fields)
    }

    @Test("Lines are counted, within quotes too") func lines() {
        #expect(records("a\n\n\"b\nc\nd\"\r\ne\n").map(\.line) == [1, 3, 6])
    }

    @Test("A wrong line is told, and those behind it are read") func mistakes() {
        let found = records("a\"b,c\nd\n\"e\"f\ng\n\"h\ni\n")
        #expect(found.map(\.line) == [1, 2, 3, 4, 5])
        #expect(found.map(\.fields) == [nil, ["d"], nil, ["g"], nil])
        #expect(found[0].mistake?.contains("within a field") == true)
        #expect(found[2].mistake?.contains("closing quote") == true)
        #expect(found[4].mistake?.contains("never closed") == true)
    }
}

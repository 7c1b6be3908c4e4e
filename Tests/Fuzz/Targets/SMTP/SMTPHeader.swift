import SMTP

/// The fields of a header lie behind each other from the message's first octet to `end`, and none is made up.
enum SMTPHeader {
    static func check(_ input: [UInt8]) throws {
        let scan = HeaderScan(input)
        var position = 0
        for field in scan.fields {
            try promiseEqual(field.range.lowerBound, position, "where a field begins")
            try promise(!field.range.isEmpty && field.range.upperBound <= input.count, "a field's range")
            try promise(field.range.contains(field.valueStart - 1), "a field's value lies outside of it")
            try promiseEqual(input[field.valueStart - 1], UInt8(ascii: ":"), "what stands before the value")
            try promise(!field.name.isEmpty && field.name.utf8.allSatisfy { (33...126).contains($0) }, "a field's name")
            let value = scan.value(of: field, in: input)
            try promise(!value.contains(13) && !value.contains(10), "a line end in a value")
            position = field.range.upperBound
        }
        try promiseEqual(scan.end, position, "where the header ends")
        if scan.hasBlankLine { try promise(input[position] == 10 || input[position...].starts(with: [13, 10]), "no blank line") }
    }
}

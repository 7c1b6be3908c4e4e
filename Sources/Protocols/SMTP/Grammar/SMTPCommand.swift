import SASL

/// What a client may ask (RFC 5321 §4.1.1, RFC 3030 §2, RFC 3207, RFC 4954, RFC 2033).
public enum SMTPCommand: Sendable, Equatable {
    /// The client's name for itself: a domain or an address literal.
    case helo(String), ehlo(String), lhlo(String)
    case mail(MailCommand)
    case rcpt(RcptCommand)
    case data
    /// `size` octets follow at once (RFC 3030 §2).
    case bdat(size: Int, isLast: Bool)
    case rset, noop, quit, startTLS
    case vrfy, expn, help
    case auth(mechanism: String, initialResponse: InitialResponse)

    /// What came with AUTH (RFC 4954 §4).
    public enum InitialResponse: Sendable, Equatable {
        case none
        /// `=` stands for an empty one.
        case octets([UInt8])
        case notBase64
    }

    /// Octets of a command line without its CRLF. RFC 5321 §4.5.3.1.4 asks for 510, and extensions for more.
    public static let lineLimit = 4096
    /// RFC 4954 §4: lines of an AUTH exchange may have 12288 octets.
    public static let authLineLimit = 12288

    /// Reads one line, given without its CRLF.
    public init(parsing line: ArraySlice<UInt8>) throws(SMTPSyntaxError) {
        var scanner = ByteScanner(line)
        let verb = scanner.take { $0.isASCIILetter }
        guard (4...8).contains(verb.count), scanner.isAtEnd || scanner.peek == 32 else { throw .unknownCommand }
        let name = String(decoding: verb.map(\.asciiUppercased), as: UTF8.self)
        if name != "AUTH", line.count > Self.lineLimit { throw .lineTooLong }
        // RFC 5321 §4.1.1: white space before the CRLF is tolerated.
        var arguments = scanner.rest.drop { $0 == 32 }
        while arguments.last == 32 || arguments.last == 9 { arguments.removeLast() }
        if arguments.contains(where: { $0 < 32 || $0 == 127 }) { throw .badArguments("no control characters") }
        self = try Self.parse(name, ByteScanner(arguments))
    }

    private static func parse(_ name: String, _ arguments: ByteScanner) throws(SMTPSyntaxError) -> SMTPCommand {
        var scanner = arguments
        switch name {
        case "HELO": return .helo(try clientName(&scanner, name))
        case "EHLO": return .ehlo(try clientName(&scanner, name))
        case "LHLO": return .lhlo(try clientName(&scanner, name))
        case "MAIL": return .mail(try MailCommand(parsing: &scanner))
        case "RCPT": return .rcpt(try RcptCommand(parsing: &scanner))
        case "BDAT": return try bdat(&scanner)
        case "AUTH": return try auth(&scanner)
        case "NOOP": return .noop  // RFC 5321 §4.1.1.9: an argument is ignored
        case "HELP": return .help
        case "VRFY", "EXPN":
            if scanner.isAtEnd { throw .badArguments("\(name) needs an argument") }
            return name == "VRFY" ? .vrfy : .expn
        case "DATA", "RSET", "QUIT", "STARTTLS":
            guard scanner.isAtEnd else { throw .badArguments("\(name) takes no argument") }
            switch name {
            case "DATA": return .data
            case "RSET": return .rset
            case "QUIT": return .quit
            default: return .startTLS
            }
        default: throw .unknownCommand
        }
    }

    /// A domain or an address literal; real clients also say names that are neither, so any word of harmless characters will do.
    private static func clientName(_ scanner: inout ByteScanner, _ verb: String) throws(SMTPSyntaxError) -> String {
        let word = scanner.take { $0.isASCIILetterOrDigit || "-._:[]".utf8.contains($0) || $0 >= 0x80 }
        guard scanner.isAtEnd, (1...EnvelopeAddress.domainLimit).contains(word.count), let name = String(validating: word, as: UTF8.self)
        else { throw .badArguments("\(verb) needs a domain or an address literal") }
        return name
    }

    /// `BDAT chunk-size [ LAST ]`.
    private static func bdat(_ scanner: inout ByteScanner) throws(SMTPSyntaxError) -> SMTPCommand {
        guard let size = decimal(scanner.take(while: \.isASCIIDigit)), size <= Int64(Int32.max) else {
            throw .badArguments("BDAT size [LAST]")
        }
        if scanner.isAtEnd { return .bdat(size: Int(size), isLast: false) }
        guard scanner.skip(32), scanner.skip(text: "LAST"), scanner.isAtEnd else { throw .badArguments("BDAT size [LAST]") }
        return .bdat(size: Int(size), isLast: true)
    }

    private static func auth(_ scanner: inout ByteScanner) throws(SMTPSyntaxError) -> SMTPCommand {
        let word = scanner.take { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        guard (1...20).contains(word.count) else { throw .badArguments("AUTH mechanism [initial-response]") }
        let mechanism = String(decoding: word.map(\.asciiUppercased), as: UTF8.self)
        if scanner.isAtEnd { return .auth(mechanism: mechanism, initialResponse: .none) }
        guard scanner.skip(32) else { throw .badArguments("AUTH mechanism [initial-response]") }
        let response = scanner.rest
        if response.elementsEqual("=".utf8) { return .auth(mechanism: mechanism, initialResponse: .octets([])) }
        guard !response.isEmpty, let octets = Base64.decode(response) else {
            return .auth(mechanism: mechanism, initialResponse: .notBase64)
        }
        return .auth(mechanism: mechanism, initialResponse: .octets(octets))
    }
}

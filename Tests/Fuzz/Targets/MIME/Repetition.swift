import IMAP
import MIME
import POP3
import SMTP

/// Time is linear: the input, cut in three by LFs (what comes before, what is repeated, what comes behind), is made long, and libFuzzer's
/// `-timeout` sees what takes too long.
enum Repetition {
    #if DEBUG
        private static let length = 16 * 1024
    #else
        private static let length = 256 * 1024
    #endif

    static func check(_ input: [UInt8]) throws {
        let parts = input.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 3, let parser = parts[0].first, !parts[1].isEmpty else { return }
        // `~` stands for a line end, which the parts themselves cannot hold.
        let cut = parts.map { $0.flatMap { $0 == UInt8(ascii: "~") ? [13, 10] : [$0] } }
        let text = cut[0].dropFirst() + (0..<(length / parts[1].count)).flatMap { _ in cut[1] } + cut[2]
        switch parser {
        case UInt8(ascii: "m"):
            let message = ParsedMessage(text)
            _ = CachedStructure(of: message)
            _ = message.textContains(SearchKey("aab"))
        case UInt8(ascii: "f"):
            let value = HeaderField.unfold(text)
            _ = AddressList.parse(value)
            _ = ContentType(parsing: value)
            _ = MessageID.list(parsing: value)
            _ = ContentLanguage.tags(parsing: value)
            _ = DateTime(parsing: value)
        case UInt8(ascii: "w"): _ = EncodedWord.decode(HeaderField.unfold(text))
        case UInt8(ascii: "q"): _ = QuotedPrintable.decode(text)
        case UInt8(ascii: "h"): _ = HeaderScan(Array(text))
        case UInt8(ascii: "s"):
            _ = try SMTPServerSession.run([text[...]], SMTPServerSession.configuration(.lmtp), stopsAtTLS: false)
        case UInt8(ascii: "r"):
            var replies = ReplyParser()
            replies.feed(text)
            while case .reply = replies.next() {}
        case UInt8(ascii: "i"): for command in try IMAPCommands.read(Array(text)) { _ = try? CommandTable.parse(command) }
        case UInt8(ascii: "p"):
            var session = POP3Authorization(POP3Authorization.Configuration(hostname: "mx.example", offersSTLS: false))
            session.feed(text)
            while session.next() != nil {}
        default: break
        }
    }
}

import HTTP
import Testing

@Suite("Answers of other web servers") struct HTTPAnswerReaderTests {
    private func read(_ text: String, limit: Int = 100) throws -> HTTPAnswer? {
        var reader = HTTPAnswerReader(bodyLimit: limit)
        return try reader.receive(text.utf8)
    }

    private static let policy = HTTPAnswer(status: 200, contentType: "text/plain", body: Array("abcdef".utf8))
    static let whole = [
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length:\t6 \r\n\r\nabcdef",
        "HTTP/1.0 200\r\nContent-Length: 6\r\nContent-Length: 6\r\nContent-Type:text/plain\r\n\r\nabcdef",
        "HTTP/1.1 200 OK\nContent-Type: text/plain\nTransfer-Encoding: chunked\n\n2;x=y\r\nab\r\n4\r\ncdef\r\n0\r\nT: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\nContent-Type: x/y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nabcdef",
    ]
    @Test("An answer may come in any two pieces, or octet by octet", arguments: whole) func split(text: String) throws {
        let bytes = Array(text.utf8)
        for cut in 0..<bytes.count {
            var reader = HTTPAnswerReader(bodyLimit: 6)
            #expect(try reader.receive(bytes[..<cut]) == nil)
            #expect(try reader.receive(bytes[cut...] + Array("more".utf8)) == Self.policy)
        }
        var reader = HTTPAnswerReader(bodyLimit: 6)
        for byte in bytes.dropLast() { #expect(try reader.receive([byte]) == nil) }
        #expect(throws: HTTPAnswerMistake.incomplete) { try reader.finish() }
        #expect(try reader.receive(bytes.suffix(1)) == Self.policy)
        #expect(try reader.finish() == Self.policy)
    }

    @Test("A body without a length ends with the connection, and some answers have none") func ends() throws {
        var reader = HTTPAnswerReader(bodyLimit: 6)
        #expect(try reader.receive("HTTP/1.1 404 No\r\n\r\nso".utf8) == nil)
        #expect(try reader.receive("rry".utf8) == nil)
        #expect(try reader.finish() == HTTPAnswer(status: 404, contentType: "", body: Array("sorry".utf8)))
        #expect(try read("HTTP/1.1 304 \r\nContent-Length: 50\r\n\r\n")?.body == [])
        #expect(try read("HTTP/1.1 301 Moved\r\nLocation: https://x.example/\r\nContent-Length: 0\r\n\r\n")?.status == 301)
    }

    static let wrong: [(String, HTTPAnswerMistake)] = [
        ("SMTP/1.1 200 OK\r\n", .malformed), ("HTTP/1.1 2 OK\r\n", .malformed), ("HTTP/1.1 999 OK\r\n", .malformed), ("\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nx\r\n", .malformed), ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", .tooLarge), ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n", .tooLarge),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 101), .tooLarge),
        ("HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 4_000), .tooLarge),
        ("HTTP/1.1 200 " + String(repeating: "x", count: 20_000), .tooLarge),
        (String(repeating: "HTTP/1.1 100 Go\r\n\r\n", count: 1_000), .tooLarge),
    ]
    @Test("What is none, or too much, is refused", arguments: wrong) func mistakes(text: String, mistake: HTTPAnswerMistake) {
        #expect(throws: mistake) { try read(text) }
    }

    @Test("Chunks do not pass the limit together, nor what stands between them") func manyChunks() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunk = "32\r\n\(String(repeating: "x", count: 50))\r\n"
        #expect(throws: HTTPAnswerMistake.tooLarge) { try read(head + String(repeating: chunk, count: 3)) }
        #expect(throws: HTTPAnswerMistake.tooLarge) {
            try read(head + String(repeating: "1;\(String(repeating: "y", count: 400))\r\nx\r\n", count: 60))
        }
    }
}

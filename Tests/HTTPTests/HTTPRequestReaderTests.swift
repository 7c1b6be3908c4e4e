import HTTP
import Testing

@Suite("A request over HTTP") struct HTTPRequestReaderTests {
    /// As the reader says it of all bytes at once, and of one after the other.
    private func read(_ text: String) -> HTTPRequestReader.Outcome {
        var whole = HTTPRequestReader(), pieces = HTTPRequestReader()
        let outcome = whole.receive(Array(text.utf8))
        var last = HTTPRequestReader.Outcome.incomplete
        for octet in text.utf8 {
            last = pieces.receive([octet])
            guard last == .incomplete || last == .awaitsContinue else { break }
        }
        if outcome != .incomplete, outcome != .awaitsContinue { #expect(last == outcome, "\(text.debugDescription)") }
        return outcome
    }

    static let requests: [(String, HTTPRequest)] = [
        ("GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n", .init(method: "GET", host: "a.example", path: "/a")),
        ("HEAD /a?b=c HTTP/1.1\r\nhost:A.Example.:8443\r\n\r\n", .init(method: "HEAD", host: "a.example", path: "/a")),
        ("GET / HTTP/1.0\r\n\r\n", .init(method: "GET", host: "", path: "/")),
        ("GET https://a.example:1?x HTTP/1.1\r\nHost: b.example\r\n\r\n", .init(method: "GET", host: "a.example", path: "/")),
        ("GET /a HTTP/1.1\r\nHost: [::1]:443 \r\n\r\n", .init(method: "GET", host: "[::1]", path: "/a")),
        (
            "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabcdef",
            .init(method: "POST", host: "a.example", path: "/a", body: Array("abc".utf8))
        ),
    ]
    @Test("Is read, whole or in pieces", arguments: requests) func right(text: String, request: HTTPRequest) {
        #expect(read(text) == .request(request))
    }

    static let mistakes: [String] = [
        "GET /a HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET /a\r\n\r\n", "GET  /a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a HTTP/2.0\r\nHost: a\r\n\r\n",
        "G(T /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a HTTP/1.1\r\nHost : a\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
        "GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET /a HTTP/1.1\r\nHost: a:b\r\n\r\n", "GET /a HTTP/1.1\r\nHost: \u{212A}.example\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "\r\n\r\n", "\0\0\r\n\r\n", ": a\r\n\r\n",
    ]
    @Test("Is refused when it is written otherwise than it should be", arguments: mistakes) func wrong(text: String) {
        #expect(read(text) == .refused(.badRequest))
    }

    @Test("Has a bounded head and body") func bounds() {
        let line = "GET /a HTTP/1.1\r\nHost: a\r\nX: "
        let room = HTTPRequestReader.headLimit - line.utf8.count - 4
        let fits = read(line + String(repeating: "x", count: room) + "\r\n\r\n")
        #expect(fits == .request(.init(method: "GET", host: "a", path: "/a")))
        #expect(read(line + String(repeating: "x", count: room + 1) + "\r\n\r\n") == .refused(.headTooLarge))
        #expect(read(String(repeating: "x", count: 100_000)) == .refused(.headTooLarge))
        for length in ["16385", "99999999999999999999999"] {
            #expect(read("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n") == .refused(.contentTooLarge))
        }
        var reader = HTTPRequestReader()
        #expect(reader.receive(Array("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 16384\r\n\r\n".utf8)) == .incomplete)
        guard case .request(let request) = reader.receive([UInt8](repeating: 1, count: 16_384)) else {
            Issue.record("it fits")
            return
        }
        #expect(request.body.count == 16_384)
    }

    @Test("Whose body waits for a word gets it once") func goOn() {
        var reader = HTTPRequestReader()
        let head = "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        #expect(reader.receive(Array(head.utf8)) == .awaitsContinue)
        #expect(reader.receive([1]) == .incomplete)
        #expect(reader.receive([2]) == .request(.init(method: "POST", host: "a", path: "/a", body: [1, 2])))
    }

    @Test("What it asks for is known with its head, and all that came is there to be passed on") func target() {
        var reader = HTTPRequestReader()
        let head = "POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
        #expect(reader.receive(Array(head.utf8.dropLast())) == .incomplete)
        #expect(reader.target == nil)
        #expect(reader.receive(Array("\n1".utf8)) == .incomplete)
        #expect(reader.target?.method == "POST" && reader.target?.path == "/a")
        let request = HTTPRequest(method: "POST", host: "a", path: "/a", body: Array("123".utf8))
        #expect(reader.receive(Array("23GET / HTTP".utf8)) == .request(request))
        #expect(String(decoding: reader.received, as: UTF8.self) == head + "123GET / HTTP")
        var wrong = HTTPRequestReader()
        #expect(wrong.receive(Array("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n".utf8)) == .refused(.contentTooLarge))
        #expect(wrong.target == nil)
    }

    @Test("Any bytes at all are an outcome") func chance() {
        var state: UInt64 = 0x5EED
        func next(below limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        let fields = "Host: [a].example:1\r\nExpect: 100-continue\r\nContent-Length: 12\r\n"
        let model = Array("POST /a?b HTTP/1.1\r\n\(fields)\r\nabcdefghijkl".utf8)
        for _ in 0..<20_000 {
            var octets = next(below: 4) == 0 ? (0..<next(below: 200)).map { _ in UInt8(next(below: 256)) } : model
            for _ in 0..<next(below: 5) where !octets.isEmpty {
                let place = next(below: UInt64(octets.count))
                switch next(below: 3) {
                case 0: octets[place] = UInt8(next(below: 256))
                case 1: octets.remove(at: place)
                default: octets.insert(UInt8(next(below: 256)), at: place)
                }
            }
            var reader = HTTPRequestReader()
            let cut = next(below: UInt64(octets.count + 1))
            if case .incomplete = reader.receive(octets[..<cut]) { _ = reader.receive(octets[cut...]) }
        }
    }

    @Test("Is answered without a word about the server, and HEAD without the body") func answer() {
        let response = HTTPResponse(.ok, contentType: "text/plain", body: "hi", maximumAge: 5)
        let head = "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nCache-Control: max-age=5\r\n"
            + "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
        #expect(String(decoding: response.octets(toHead: false, date: "D"), as: UTF8.self) == head + "hi")
        #expect(String(decoding: response.octets(toHead: true, date: "D"), as: UTF8.self) == head)
        let wrong = HTTPResponse.refusal(.methodNotAllowed, "No.", allowed: ["GET", "HEAD"]).octets(toHead: false, date: "D")
        let refusal = String(decoding: wrong, as: UTF8.self)
        #expect(refusal.contains("405 Method Not Allowed\r\n") && refusal.contains("no-store\r\n"))
        #expect(refusal.contains("Allow: GET, HEAD\r\n") && !refusal.contains("Location"))
        let elsewhere = String(decoding: HTTPResponse.redirect(to: "/b").octets(toHead: true, date: "D"), as: UTF8.self)
        #expect(elsewhere.hasPrefix("HTTP/1.1 302 Found\r\n") && elsewhere.contains("\r\nLocation: /b\r\n"))
    }
}

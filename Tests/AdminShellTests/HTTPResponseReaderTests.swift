import AdminAPI
import AdminShell
import Testing

struct HTTPResponseReaderTests {
    static let whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length:  7 \r\n\r\n{\"a\":1}"

    @Test("A response may come in any two pieces, or octet by octet") func split() throws {
        let bytes = Array(Self.whole.utf8)
        let expected = HTTPResponse(status: 200, body: Array("{\"a\":1}".utf8))
        for cut in 0..<bytes.count {
            var reader = HTTPResponseReader()
            #expect(try reader.receive(bytes[..<cut]) == nil)
            #expect(try reader.receive(bytes[cut...]) == expected)
        }
        var reader = HTTPResponseReader()
        for byte in bytes.dropLast() { #expect(try reader.receive([byte]) == nil) }
        #expect(try reader.receive(bytes.suffix(1)) == expected)
    }

    @Test("A body without length ends with the connection") func untilClose() throws {
        var reader = HTTPResponseReader()
        #expect(try reader.receive("HTTP/1.0 503 Gone\r\n\r\nsorry".utf8) == nil)
        #expect(try reader.finish() == HTTPResponse(status: 503, body: Array("sorry".utf8)))
    }

    static let delays: [(String, Int?)] = [("7", 7), ("Fri, 31 Dec 1999 23:59:59 GMT", nil)]
    @Test("Retry-After is read in seconds, and a date is not", arguments: delays)
    func retryAfter(value: String, seconds: Int?) throws {
        var reader = HTTPResponseReader()
        let response = try reader.receive("HTTP/1.1 429 Too Many Requests\r\nRetry-After: \(value)\r\nContent-Length: 0\r\n\r\n".utf8)
        #expect(response == HTTPResponse(status: 429, body: [], retryAfter: seconds))
    }

    @Test("204 has no body, and an interim response is passed over") func special() throws {
        var reader = HTTPResponseReader()
        #expect(try reader.receive("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\n\r\n".utf8) == HTTPResponse(status: 204, body: []))
    }

    @Test(
        "A connection that ends early is an error",
        arguments: [
            "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        ])
    func early(text: String) throws {
        var reader = HTTPResponseReader()
        _ = try reader.receive(text.utf8)
        let unfinished = reader
        #expect(throws: AdminError.self) { try unfinished.finish() }
    }

    static let hostile = [
        "garbage\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 999 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: empty\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
    ]
    @Test("What is no proper response is refused", arguments: hostile) func refused(text: String) {
        #expect(throws: AdminError.self) {
            var reader = HTTPResponseReader()
            _ = try reader.receive(text.utf8)
        }
    }

    @Test("A head without end is refused") func endlessHead() {
        #expect(throws: AdminError.self) {
            var reader = HTTPResponseReader()
            for _ in 0..<100 { _ = try reader.receive([UInt8](repeating: 0x61, count: 1024)) }
        }
    }

    @Test("100,000 mutated responses, in any two pieces, are read or refused") func mutations() {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<100_000 {
            var octets = Array(Self.whole.utf8)
            for _ in 0...random(4) {
                let place = random(octets.count)
                switch random(3) {
                case 0: octets[place] = UInt8(random(256))
                case 1: octets.insert(UInt8(random(256)), at: place)
                default: octets.remove(at: place)
                }
            }
            let cut = random(octets.count)
            var reader = HTTPResponseReader()
            guard (try? reader.receive(octets[..<cut])) != nil else { continue }
            if let response = try? reader.receive(octets[cut...]) { #expect((200...599).contains(response.status)) }
        }
    }

    @Test("Eight times the body takes about eight times as long") func linear() {
        func work(_ count: Int) -> Duration {
            let piece = [UInt8](repeating: 0x61, count: 500)
            return ContinuousClock().measure {
                var reader = HTTPResponseReader()
                _ = try? reader.receive(Array("HTTP/1.1 200 OK\r\nContent-Length: \(count * 500)\r\n\r\n".utf8))
                for _ in 0..<count { _ = try? reader.receive(piece) }
            }
        }
        _ = work(100)
        #expect(work(8_000) < work(1_000) * 30 + .milliseconds(200))
    }

    @Test("A request carries its length only when it has a body or could have one") func request() {
        let get = String(decoding: HTTPRequest(method: .get, target: "/tenants").bytes, as: UTF8.self)
        #expect(get == "GET /tenants HTTP/1.1\r\nHost: casella\r\nAccept: application/json\r\nConnection: close\r\n\r\n")
        let post = String(decoding: HTTPRequest(method: .post, target: "/x", body: Array("{}".utf8)).bytes, as: UTF8.self)
        #expect(post.hasSuffix("Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
        let bare = String(decoding: HTTPRequest(method: .delete, target: "/x").bytes, as: UTF8.self)
        #expect(bare.hasSuffix("Content-Length: 0\r\n\r\n"))
    }
}

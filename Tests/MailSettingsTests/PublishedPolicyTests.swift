import MailSettings
import Testing

@Suite("Policies of MTA-STS as others read them") struct PublishedPolicyTests {
    private func policy(_ text: String) -> PublishedPolicy? { PublishedPolicy(Array(text.utf8)) }

    @Test("Fields that are not known may have any UTF-8 (RFC 8461 §3.2)") func extensions() throws {
        let text = "version: STSv1\r\nmode: testing\r\nmx: mx.a.example\r\nnote: Grüße\u{2028}an alle\r\nmax_age: 86400\r\n"
        #expect(try #require(policy(text)).mode == .testing)
        #expect(PublishedPolicy(Array(text.utf8) + [0xFF]) == nil)
    }

    @Test("What is served is read as it was meant", arguments: MTASTSMode.allCases) func own(mode: MTASTSMode) throws {
        let served = MTASTSPolicy(mode: mode, mailHost: "Mx.Host.example"), read = try #require(policy(served.text))
        #expect(read.mode == mode && read.mailHosts == ["mx.host.example"] && read.maximumAge == served.maximumAge)
        #expect(read.lists("mx.HOST.example") && !read.lists("host.example") && !read.lists("a.mx.host.example"))
        #expect(policy(served.text.replacing("\r\n", with: "\n")) == read, "a lone LF ends a line too")
    }

    @Test("A star stands for one label, blanks and unknown fields mean nothing, the first of a field counts") func forms() throws {
        let text = "version: STSv1\nmode:\ttesting \nmode: enforce\nx-new: a: ü\nmx: *.Host.example\nmx: b.example\n\nmax_age:86400"
        let read = try #require(policy(text))
        #expect(read.mode == .testing && read.lists("mx.host.example") && read.lists("b.example"))
        #expect(!read.lists("host.example") && !read.lists("a.b.host.example") && !read.lists("a.b.example"))
        #expect(policy("version: STSv1\nmode: none\nmax_age: 5")?.mailHosts == [])
    }

    static let wrong = [
        "", "<html>", "version: STSv2\nmode: none\nmax_age: 5", "mode: none\nmax_age: 5", "version: STSv1\nmax_age: 5",
        "version: STSv1\nmode: strict\nmx: a.example\nmax_age: 5", "version: STSv1\nmode: enforce\nmax_age: 5",
        "version: STSv1\nmode: none\nmax_age: -1", "version: STSv1\nmode: none\nmax_age: 31557601", "version: STSv1\nmode: none",
        "version: STSv1\nmode: none\nmax_age: 5\nnothing", "version: STSv1\nmode: none\nmax_age: 5\nmx: ü.example", ": x\nversion: STSv1",
    ]
    @Test("What is none is told from one", arguments: wrong) func none(text: String) { #expect(policy(text) == nil) }
}

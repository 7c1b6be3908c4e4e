import Testing
import WebForms

@Suite("Cookies that a browser sends back") struct CookieHeaderTests {
    static let headers: [([String], String?)] = [
        ([], nil), (["s=1"], "1"), (["a=2; s=1; b=3"], "1"), (["a=2", "s=1"], "1"), (["s=1; s=2"], nil), (["s=1", "s=1"], nil),
        (["S=1"], nil), (["as=1"], nil), (["s"], nil), (["s="], ""), (["s=a=b"], "a=b"), ([" s=1 ;"], "1"), (["\ts=1"], "1"),
        (["x; s=1;;"], "1"),
    ]
    @Test("Are found by their names", arguments: headers) func found(headers: [String], value: String?) {
        #expect(CookieHeader.value(of: "s", in: headers) == value)
    }
}

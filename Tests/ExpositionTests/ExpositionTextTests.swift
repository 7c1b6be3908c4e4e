import Exposition
import Testing

@Suite("Prometheus' text format") struct ExpositionTextTests {
    @Test("The specification's own example: labels, escapes, a summary's sum and count") func example() {
        let requests = MetricFamily(
            "http_requests_total", .counter, "The total number of HTTP requests.",
            [
                .init([.init("method", "post"), .init("code", "200")], 1027), .init([.init("method", "post"), .init("code", "400")], 3),
            ])
        let access = MetricFamily(
            "msdos_file_access_time_seconds", .gauge, "Escaping in label values:",
            [.init([.init("path", #"C:\DIR\FILE.TXT"#), .init("error", "Cannot find file:\n\"FILE.TXT\"")], 1.458255915e9)])
        let weird = MetricFamily("something_weird", .gauge, "", [.init([.init("problem", "division by zero")], .real(.infinity))])
        let duration = MetricFamily(
            "rpc_duration_seconds", .summary, "A summary of the RPC duration in seconds.",
            [.init([], 1.7560473e+07, suffix: "_sum"), .init([], 2693, suffix: "_count")])
        #expect(
            ExpositionText.write([requests, access, weird, duration]) == #"""
                # HELP http_requests_total The total number of HTTP requests.
                # TYPE http_requests_total counter
                http_requests_total{method="post",code="200"} 1027
                http_requests_total{method="post",code="400"} 3
                # HELP msdos_file_access_time_seconds Escaping in label values:
                # TYPE msdos_file_access_time_seconds gauge
                msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1458255915.0
                # HELP something_weird \#("")
                # TYPE something_weird gauge
                something_weird{problem="division by zero"} +Inf
                # HELP rpc_duration_seconds A summary of the RPC duration in seconds.
                # TYPE rpc_duration_seconds summary
                rpc_duration_seconds_sum 17560473.0
                rpc_duration_seconds_count 2693

                """#)
    }

    static let helps: [(String, String)] = [
        ("plain", "plain"), (#"C:\DIR"#, #"C:\\DIR"#), ("two\nlines", #"two\nlines"#), (#"a "quoted" word"#, #"a "quoted" word"#),
    ]
    @Test("HELP escapes backslash and line feed, and no quotes", arguments: helps) func help(text: String, escaped: String) {
        #expect(ExpositionText.escapedHelp(text) == escaped)
    }

    static let labels: [(String, String)] = [
        ("", ""), (#"\"#, #"\\"#), ("\n", #"\n"#), ("\"", #"\""#), ("\r\n", "\r\\n"), ("Ünï⌘", "Ünï⌘"), ("}, {=#", "}, {=#"),
    ]
    @Test("Label values escape backslash, quote and line feed, and nothing else", arguments: labels)
    func label(text: String, escaped: String) {
        #expect(ExpositionText.escapedLabel(text).unicodeScalars.elementsEqual(escaped.unicodeScalars))
    }

    static let values: [(MetricValue, String)] = [
        (0, "0"), (-1, "-1"), (.integer(.max), "9223372036854775807"), (0.5, "0.5"), (.real(.nan), "NaN"), (.real(.infinity), "+Inf"),
        (.real(-.infinity), "-Inf"), (.real(1e-7), "1e-07"),
    ]
    @Test("Values are numbers as Go reads them", arguments: values) func value(value: MetricValue, text: String) {
        #expect(value.text == text)
    }

    @Test("A family without series is left out, and nothing at all is an empty text") func empty() {
        #expect(ExpositionText.write([]) == "" && ExpositionText.write([MetricFamily("x", .gauge, "None.")]) == "")
    }
}

/// Prometheus' text format, version 0.0.4.
/// - Source: https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format".
public enum ExpositionText {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The families in their order, each as one group under its HELP and TYPE. A family without series is left out.
    ///
    /// Names must be of the format's alphabet, and no name may come twice; series of a family differ in their labels.
    public static func write(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families where !family.samples.isEmpty {
            text += "# HELP \(family.name) \(escapedHelp(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples {
                text += family.name + sample.suffix
                if !sample.labels.isEmpty {
                    let labels = sample.labels.map { "\($0.name)=\"\(escapedLabel($0.value))\"" }
                    text += "{\(labels.joined(separator: ","))}"
                }
                text += " \(sample.value.text)\n"
            }
        }
        return text
    }

    /// "The backslash and the line feed characters have to be escaped".
    package static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }

    /// "The backslash, double-quote, and line feed characters have to be escaped".
    package static func escapedLabel(_ text: String) -> String { escaped(text, quotes: true) }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\"" where quotes: result.append(contentsOf: "\\\"".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

/// One metric with all its series: what stands together in an exposition.
public struct MetricFamily: Sendable, Equatable {
    public enum Kind: String, Sendable { case counter, gauge, summary }

    public struct Label: Sendable, Equatable {
        public var name: String
        public var value: String
        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    public struct Sample: Sendable, Equatable {
        /// Behind the metric's name: `_sum` and `_count` of a summary, else nothing.
        public var suffix: String
        public var labels: [Label]
        public var value: MetricValue

        public init(_ labels: [Label] = [], _ value: MetricValue, suffix: String = "") {
            (self.labels, self.value, self.suffix) = (labels, value, suffix)
        }
    }

    public let name: String
    public let kind: Kind
    /// A sentence.
    public let help: String
    public var samples: [Sample]

    public init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample] = []) {
        (self.name, self.kind, self.help, self.samples) = (name, kind, help, samples)
    }

    /// With one series, which has no labels.
    public init(_ name: String, _ kind: Kind, _ help: String, _ value: MetricValue) {
        self.init(name, kind, help, [Sample([], value)])
    }
}

/// Whole numbers stay whole: a counter above 2⁵³ is told exactly.
public enum MetricValue: Sendable, Equatable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    case integer(Int64), real(Double)

    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .real(value) }

    /// As Go's `ParseFloat` reads it, which the format refers to.
    public var text: String {
        switch self {
        case .integer(let number): "\(number)"
        case .real(let number):
            number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Inf" : "+Inf") : "\(number)"
        }
    }
}

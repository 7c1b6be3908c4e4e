/// What a child has counted since it started, and what it has in hand now: its answer to `Instruction.measure`, and its last word.
public enum Measurements: Codable, Sendable, Equatable {
    case gateway(GatewayFigures)
    case worker(WorkerFigures)
    case relay(RelayFigures)

    /// Adds those of another process of the same kind.
    public mutating func add(_ other: Measurements) {
        switch (self, other) {
        case (.gateway(var sum), .gateway(let more)):
            sum.add(more)
            self = .gateway(sum)
        case (.worker(var sum), .worker(let more)):
            sum.add(more)
            self = .worker(sum)
        case (.relay(var sum), .relay(let more)):
            sum.add(more)
            self = .relay(sum)
        case (.gateway, _), (.worker, _), (.relay, _): break
        }
    }

    /// What is left of it when its process has ended: sums, and nothing of now.
    public var ended: Measurements {
        switch self {
        case .gateway(let figures): .gateway(figures.ended)
        case .worker(let figures): .worker(figures.ended)
        case .relay(let figures): .relay(figures.ended)
        }
    }
}

import AdminAPI
import Exposition
import Runtime

/// What is answered to whom may look.
@EventLoopActor
final class MetricsAnswers {
    struct Answer: Sendable {
        var status: Int
        var contentType: String
        var body: [UInt8]

        static func json(_ status: Int, _ body: [UInt8]) -> Answer {
            Answer(status: status, contentType: "application/json", body: body)
        }
        static func text(_ status: Int, _ text: String) -> Answer {
            Answer(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
        }
    }

    private let measuring: Measuring
    private let workers: TenantWorkers
    private var series = TenantSeries()

    init(_ measuring: Measuring, _ workers: TenantWorkers) { (self.measuring, self.workers) = (measuring, workers) }

    func answer(method: String, target: String) async -> Answer {
        let path = target.prefix { $0 != "?" }
        guard path == "/metrics" || path == "/health" || path.hasPrefix("/health/") else {
            return .text(404, "There are /metrics, /health and /health/PROCESS.\n")
        }
        guard method == "GET" || method == "HEAD" else { return .text(405, "Use GET or HEAD.\n") }
        let gathered = await measuring.gather()
        if path == "/metrics" {
            series.admit(gathered.workers)
            let text = ExpositionText.write(PlatformMetrics.families(gathered, tenants: series))
            series.keep(workers.names)
            return Answer(status: 200, contentType: ExpositionText.contentType, body: Array(text.utf8))
        }
        if path == "/health" {
            let health = Health(gathered)
            return .json(health.healthy ? 200 : 503, health.json)
        }
        guard let name = PercentEncoding.decode(path.dropFirst("/health/".count).utf8),
            let health = Health(gathered, of: name, tenants: workers.names)
        else { return .text(404, "There is no such process; `casella worker list` shows all.\n") }
        return .json(health.healthy ? 200 : 503, health.json)
    }
}

import AdminAPI
import Quantities

/// What the platform does in a second: two readings of its counters, and the time between them.
package struct LoadRates: Encodable, Sendable {
    package struct Tenant: Encodable, Sendable {
        package var name: TenantName
        package var isRunning: Bool
        package var sessions: Int64
        package var deliveredPerSecond: Double?, commandsPerSecond: Double?
        package var stored: ByteCount
        package var memory: ByteCount
    }

    package var load: PlatformLoad
    /// Between the readings; nil with one alone, and then no rate is known.
    package var seconds: Double?
    package var deliveredPerSecond: Double?, refusedPerSecond: Double?, deferredPerSecond: Double?, submittedPerSecond: Double?
    package var commandsPerSecond: Double?
    package var loginsPerSecond: Double?, loginsRefusedPerSecond: Double?
    package var tenants: [Tenant]

    package init(_ now: PlatformLoad, since before: PlatformLoad?) {
        // After a restart of the platform its counters begin anew.
        let earlier = before.flatMap { $0.milliseconds < now.milliseconds ? $0 : nil }
        let seconds = earlier.map { Double(now.milliseconds - $0.milliseconds) / 1_000 }
        func rate(_ value: Int64, _ old: Int64?) -> Double? {
            guard let seconds else { return nil }
            let old = old ?? 0
            return Double(value >= old ? value - old : value) / seconds
        }
        (load, self.seconds) = (now, seconds)
        deliveredPerSecond = rate(now.mail.delivered, earlier?.mail.delivered)
        refusedPerSecond = rate(now.mail.refused, earlier?.mail.refused)
        deferredPerSecond = rate(now.mail.deferred, earlier?.mail.deferred)
        submittedPerSecond = rate(now.mail.submitted, earlier?.mail.submitted)
        commandsPerSecond = rate(now.commands, earlier?.commands)
        loginsPerSecond = rate(now.loginsAccepted, earlier?.loginsAccepted)
        loginsRefusedPerSecond = rate(now.loginsRefused, earlier?.loginsRefused)
        let known = Dictionary((earlier?.tenants ?? []).map { ($0.name, $0) }) { first, _ in first }
        tenants = now.tenants.map { tenant in
            let old = known[tenant.name]
            return Tenant(
                name: tenant.name, isRunning: tenant.isRunning, sessions: tenant.sessions,
                deliveredPerSecond: rate(tenant.delivered, old?.delivered), commandsPerSecond: rate(tenant.commands, old?.commands),
                stored: tenant.stored, memory: tenant.memory)
        }
    }

    package var table: Table {
        Table(
            ["tenant", "running", "sessions", "delivered per second", "commands per second", "stored", "memory"],
            tenants.map { tenant in
                [
                    .text(tenant.name.text), .text(tenant.isRunning ? "yes" : "no"), .number(tenant.sessions),
                    .text(RateText.text(tenant.deliveredPerSecond)), .text(RateText.text(tenant.commandsPerSecond)), .size(tenant.stored),
                    .size(tenant.memory),
                ]
            })
    }
}

/// Figures as people read them at a glance.
package enum RateText {
    /// `0`, `0.3`, `12.5`, `310`; a hyphen when it is not known.
    package static func text(_ rate: Double?) -> String {
        guard let rate, rate.isFinite, rate < 1e15 else { return "-" }
        if rate >= 100 { return "\(Int64(rate.rounded()))" }
        let tenths = Int64((rate * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// `12 s`, `12 min`, `3 h 12 min`, `5 d 3 h`.
    package static func duration(seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(max(0, seconds)) s"
        case ..<3_600: "\(seconds / 60) min"
        case ..<86_400: "\(seconds / 3_600) h \(seconds / 60 % 60) min"
        default: "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
        }
    }
}

import Exposition
import Supervision

/// What `GET /metrics` tells. The table in README lists the same.
package enum PlatformMetrics {
    package static func families(_ gathered: Gathered, tenants: TenantSeries) -> [MetricFamily] {
        processes(gathered) + gateway(gathered.gatewayFigures) + workers(gathered.workerFigures) + relay(gathered.relayFigures)
            + control(gathered) + tenants.families(gathered.workers, departed: gathered.departed)
    }

    private static func processes(_ gathered: Gathered) -> [MetricFamily] {
        let named = gathered.processes.filter { $0.tenant == nil }
        let workers = gathered.workers
        func samples(_ control: Int64?, _ value: (MeasuredProcess) -> Int64?) -> [MetricFamily.Sample] {
            let values = [("control", control)] + named.map { ($0.worker.name.text, value($0)) }
            return values.compactMap { name, value in value.map { .init([.init("process", name)], .integer($0)) } }
        }
        let outsideDatabase: [MetricFamily.Sample] =
            gathered.database == nil ? [.init([.init("process", "database")], .integer(gathered.queue == nil ? 0 : 1))] : []
        return [
            MetricFamily(
                "casella_up", .gauge, "1 while the process runs and answers.", samples(1) { $0.isWell ? 1 : 0 } + outsideDatabase),
            MetricFamily(
                "casella_process_restarts_total", .counter, "How often the process ended badly and was started again.",
                samples(nil) { Int64($0.worker.crashes) }),
            MetricFamily(
                "casella_process_resident_bytes", .gauge, "Memory of the process.", samples(gathered.control.memory, \.memory)),
            MetricFamily(
                "casella_workers", .gauge, "Tenants' workers by state; all that are neither running nor failing are idle.",
                [
                    .init([.init("state", "running")], .integer(Int64(workers.count { $0.worker.state == .running }))),
                    .init([.init("state", "failing")], .integer(Int64(workers.count { $0.worker.state == .waiting }))),
                    .init([.init("state", "silent")], .integer(Int64(workers.count(where: \.isSilent)))),
                ]),
            MetricFamily(
                "casella_worker_restarts_total", .counter, "How often tenants' workers ended badly, all together.",
                .integer(gathered.badEnds)),
            MetricFamily(
                "casella_workers_resident_bytes", .gauge, "Memory of all tenants' workers.",
                .integer(workers.reduce(0) { $0 + ($1.memory ?? 0) })),
            MetricFamily("casella_tenants", .gauge, "Tenants whose doors are open.", .integer(Int64(gathered.tenants))),
        ]
    }

    private static func gateway(_ figures: GatewayFigures) -> [MetricFamily] {
        let doors = figures.doors.sorted { $0.key < $1.key }
        func byDoor(_ figure: (GatewayFigures.Door) -> Int64) -> [MetricFamily.Sample] {
            doors.map { .init([.init("door", $0.key)], .integer(figure($0.value))) }
        }
        return [
            MetricFamily("casella_connections", .gauge, "Public connections that are open, by door.", byDoor(\.open)),
            MetricFamily("casella_connections_total", .counter, "Public connections since the start, by door.", byDoor(\.opened)),
            MetricFamily(
                "casella_connections_refused_total", .counter, "Connections sent away since there were too many.", byDoor(\.refused)),
            MetricFamily(
                "casella_tls_handshakes_failed_total", .counter, "TLS handshakes that failed.", .integer(figures.handshakesFailed)),
            labelled(
                "casella_logins_total", .counter, "Logins at the public doors by what became of them.", "outcome",
                [
                    ("accepted", figures.loginsAccepted), ("refused", figures.loginsRefused), ("suspended", figures.loginsSuspended),
                    ("undecided", figures.loginsUndecided),
                ]),
            labelled(
                "casella_messages_received_total", .counter, "Messages from the internet by the class of the reply to them.", "reply",
                [("2xx", figures.messagesTaken), ("4xx", figures.messagesDeferred), ("5xx", figures.messagesRefused)]),
            MetricFamily(
                "casella_recipients_refused_total", .counter, "Recipients that were refused before the message came.",
                .integer(figures.recipientsRefused)),
            labelled(
                "casella_public_bytes_total", .counter, "Octets of clients at the public doors, without TLS.", "direction",
                [("received", figures.octetsReceived), ("sent", figures.octetsSent)]),
            MetricFamily(
                "casella_incoming_memory_bytes", .gauge, "Memory of messages that are being received.", .integer(figures.incomingMemory)),
            MetricFamily("casella_sessions_relayed", .gauge, "Clients that are logged in, all protocols.", .integer(figures.sessions)),
        ]
    }

    private static func workers(_ figures: WorkerFigures) -> [MetricFamily] {
        let commands = figures.imapCommands.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        func byProtocol(_ counts: [String: Int64]) -> [(String, Int64)] {
            ClientService.ofWorkers.map { ($0.rawValue, counts[$0.rawValue] ?? 0) }
        }
        return [
            labelled(
                "casella_deliveries_total", .counter, "Messages at mailboxes' doors, by recipient and what became of them.", "outcome",
                [("stored", figures.deliveriesStored), ("refused", figures.deliveriesRefused), ("deferred", figures.deliveriesDeferred)]),
            labelled(
                "casella_submissions_total", .counter, "Messages that users handed in.", "outcome",
                [("taken", figures.submissionsTaken), ("refused", figures.submissionsRefused)]),
            MetricFamily(
                "casella_quota_refusals_total", .counter, "Questions for room that a quota answered with no.",
                .integer(figures.quotaRefusals)),
            labelled("casella_sessions", .gauge, "Sessions that are open.", "protocol", byProtocol(figures.sessions)),
            labelled("casella_sessions_total", .counter, "Sessions since the start.", "protocol", byProtocol(figures.sessionsOpened)),
            labelled("casella_imap_commands_total", .counter, "IMAP commands by name, UID forms with the others.", "command", commands),
            labelled(
                "casella_session_bytes_total", .counter, "Octets of sessions in workers.", "direction",
                [("received", figures.octetsReceived), ("sent", figures.octetsSent)]),
            MetricFamily(
                "casella_flush_seconds", .summary, "Time until a group of messages was durable: one write and one flush.",
                [
                    .init([], .real(Double(figures.flushMicroseconds) / 1e6), suffix: "_sum"),
                    .init([], .integer(figures.flushes), suffix: "_count"),
                ]),
            MetricFamily("casella_messages_flushed_total", .counter, "Messages in these groups.", .integer(figures.messagesFlushed)),
        ]
    }

    static func labelled(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ label: String, _ values: [(String, Int64)]
    ) -> MetricFamily {
        MetricFamily(name, kind, help, values.map { .init([.init(label, $0.0)], .integer($0.1)) })
    }
}

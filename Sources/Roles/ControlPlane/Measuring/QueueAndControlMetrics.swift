import Exposition
import Supervision

extension PlatformMetrics {
    static func relay(_ figures: RelayFigures) -> [MetricFamily] {
        [
            MetricFamily("casella_relay_queued_total", .counter, "Messages that the relay took.", .integer(figures.queued)),
            MetricFamily(
                "casella_relay_attempts_total", .counter, "Tries to bring a message to a destination.", .integer(figures.attempts)),
            labelled(
                "casella_relay_recipients_total", .counter, "Recipients by what an attempt brought.", "outcome",
                [("delivered", figures.delivered), ("deferred", figures.deferred), ("failed", figures.failed)]),
            MetricFamily("casella_relay_notices_total", .counter, "Notices to senders.", .integer(figures.notices)),
            MetricFamily("casella_relay_recipients_in_hand", .gauge, "Recipients that the relay has in memory.", .integer(figures.inHand)),
            MetricFamily("casella_relay_connections", .gauge, "Deliveries under way.", .integer(figures.connections)),
        ]
    }

    static func control(_ gathered: Gathered) -> [MetricFamily] {
        let control = gathered.control, figures = control.figures
        let calls = figures.adminCalls.sorted { ($0.key.command, $0.key.outcome) < ($1.key.command, $1.key.outcome) }
        return queue(gathered.queue) + disk(gathered.disk) + certificates(gathered.certificates) + [
            MetricFamily(
                "casella_admin_calls_total", .counter, "Admin calls by their first word and what came of them.",
                calls.map { .init([.init("command", $0.key.command), .init("outcome", $0.key.outcome)], .integer($0.value)) }),
            labelled(
                "casella_logins_decided_total", .counter, "Logins that the control plane was asked to decide.", "outcome",
                [
                    ("accepted", figures.loginsAccepted), ("refused", figures.loginsRefused), ("suspended", figures.loginsSuspended),
                    ("undecided", figures.loginsUndecided),
                ]),
            labelled(
                "casella_password_hashes", .gauge, "Password hashes being computed, and waiting for a thread.", "state",
                [("running", Int64(control.hashesRunning)), ("waiting", Int64(control.hashesWaiting))]),
            MetricFamily(
                "casella_database_connections", .gauge, "The control plane's connections to the database.",
                .integer(Int64(control.connectionsOpen))),
            MetricFamily(
                "casella_database_waiting", .gauge, "Work that waits for such a connection.",
                .integer(Int64(control.connectionsWaitedFor))),
            MetricFamily(
                "casella_database_waits_total", .counter, "How often work had to wait for one.", .integer(control.connectionWaits)),
        ]
    }

    private static func queue(_ queue: Gathered.Queue?) -> [MetricFamily] {
        guard let queue else { return [] }
        return [
            labelled(
                "casella_queue_messages", .gauge, "Messages that wait to be passed on.", "state",
                [("waiting", queue.messages - queue.held), ("held", queue.held)]),
            MetricFamily(
                "casella_queue_oldest_seconds", .gauge, "How long the oldest message waits that is not held.", .integer(queue.oldest)),
            MetricFamily("casella_stored_bytes", .gauge, "What all tenants store.", .integer(queue.storedOctets)),
            MetricFamily("casella_stored_messages", .gauge, "Messages of all tenants.", .integer(queue.storedMessages)),
        ]
    }

    private static func certificates(_ certificates: [Gathered.Certificate]) -> [MetricFamily] {
        [
            MetricFamily(
                "casella_certificate_expiry_seconds", .gauge, "How long a certificate is still valid; less than 0: it expired.",
                certificates.compactMap { one in one.secondsLeft.map { .init([.init("name", one.name)], .integer($0)) } }),
            labelled(
                "casella_certificate_current", .gauge, "1 while what a certificate's files hold is shown.", "name",
                certificates.map { ($0.name, $0.isCurrent ? 1 : 0) }),
        ]
    }

    private static func disk(_ disk: Gathered.Disk?) -> [MetricFamily] {
        guard let disk else { return [] }
        return [
            MetricFamily("casella_disk_free_bytes", .gauge, "Free room of the data directory's file system.", .integer(disk.free)),
            MetricFamily("casella_disk_size_bytes", .gauge, "Size of that file system.", .integer(disk.size)),
        ]
    }
}

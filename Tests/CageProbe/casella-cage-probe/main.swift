import CageCalls
import FoundationEssentials
import Glibc
import Postgres
import Runtime
import Supervision

// Laid in the place of a tenant worker, a gateway or a relay, this program is started by the control plane as they are, enters the
// cage that they enter, and then does at its doors what a test tells it to: what an intruder in that process could do.

/// What the configurations of all three have in common.
struct ProbeConfiguration: Decodable {
    var confinement: Confinement
    var listeners: [InheritedListener]
    var database: DatabaseAccess?
}

do {
    let configuration = try Child.readConfiguration(ProbeConfiguration.self)
    try Child.confine(configuration.confinement)
    Child.run { await Probe(configuration).serve() }
} catch {
    Child.fail(error)
}

import InnerDoor
import Supervision

/// What the mail sessions of a worker need to know of its configuration.
package struct DoorFacts: Sendable {
    let tenant: Int64
    /// The name in greetings and trace fields.
    let hostname: String
    let limits: MailLimits
    /// Over quota: true asks the sender to try again (452), false refuses (552).
    let defersOverQuota: Bool
    /// Where the relay's inner door is, and connections to it.
    let relaySocket: String
    let relay: KeptDoors
    let forwarded = ForwardedParts()
    /// The relay's user, which alone says who handed mail in; nil where all processes are one user's.
    let relayUser: UInt32?
    /// Opens the private keys that sign mail.
    let sealingKey: [UInt8]

    package init(_ configuration: TenantConfiguration) {
        tenant = configuration.tenant
        hostname = configuration.hostname
        limits = configuration.limits
        defersOverQuota = configuration.defersOverQuota
        relaySocket = configuration.relaySocket
        relayUser = configuration.relayUser
        sealingKey = configuration.sealingKey
        relay = KeptDoors(speaking: .smtp, as: configuration.hostname)
    }
}

import Quantities
import Supervision

/// What an operator may decide. Every key of `<data>/casella.json` is here with its default; no key is needed.
package struct Configuration: Sendable, Equatable {
    /// `hostname`: the platform's own name, in greetings and Received fields. Default: the machine's.
    package var hostname: String
    /// `postmaster`: who gets mail for the server's own postmaster (RFC 5321 §4.5.1), an address of a hosted domain. Default: `postmaster`
    /// at `hostname`, whose mail is taken only if that is a hosted domain.
    package var postmaster: String?
    var postmasterAddress: String { postmaster ?? "postmaster@\(hostname)" }
    /// `bind`: the address of the public listeners.
    package var bind = "127.0.0.1"
    /// `portBase`: added to each standard port.
    package var portBase = 10_000
    /// `userIDBase`: started as root, the first of the numeric users and groups that the processes run as (tenant n: base + 1000 + n).
    package var userIDBase: UInt32 = 210_000
    /// `adminUsers`: numeric users, beside root and the owner of the data directory, who may use the admin interface.
    package var adminUsers: [UInt32] = []

    /// `remoteAdministration`: lets administrators log in from other machines, over TLS.
    package var remoteAdministration = true
    /// `httpsPort`: where policies of MTA-STS, settings of mail programs and the account pages are served, above `portBase`; 0 for nowhere.
    package var httpsPort = 443
    /// `accountPages`: lets people see to their own accounts in a browser, at `/account`.
    package var accountPages = true
    /// Whether anybody can get to them.
    package var hasAccountPages: Bool { accountPages && httpsPort != 0 }

    /// `argon2.memory` (KiB), `argon2.passes`: what a password hash costs. Raised values are applied at the next login.
    package var argon2Memory: UInt32 = 19_456
    package var argon2Passes: UInt32 = 2
    /// `loginThreads`: hashes that are computed at one time. Default: as many as the machine has cores.
    package var loginThreads: Int
    /// `loginQueue`: logins that may wait for a thread; more are asked to try again.
    package var loginQueue = 256
    /// `wrongLogins.perPlace`, `.perAddress`, `.perAccount`, `.forgottenAfter` (seconds): how many wrong logins are allowed in it.
    package var wrongLogins = WrongLoginLimits()
    /// `passwords.minimumLength`, `.remembered`: what is asked of a password that somebody chooses.
    package var passwords = PasswordRules()
    /// `plaintextLoginFromLoopback`: allows LOGIN and PLAIN without TLS from this machine itself.
    package var plaintextLoginFromLoopback = false

    /// `messageSize` (octets, or text such as `50 MiB`), `recipients`, `hops`: limits of one message.
    package var limits = MailLimits()
    /// `connectionsPerAddress`: public connections at one time from one client address.
    package var connectionsPerAddress = 100
    /// `sessionsPerUser`, `sessionsPerTenant`: sessions that are logged in at one time, all protocols together.
    package var sessionsPerUser = 100, sessionsPerTenant = 10_000
    /// `loginTime`: seconds that a client has to log in, from its connection on.
    package var loginTime = 600
    /// `overQuota`: `reject` (552) or `defer` (452) for mail that does not fit.
    package var defersOverQuota = false
    /// `quotaWarnings`: percent of a quota at which its owner is warned by mail, once each; `[]` for none.
    package var quotaWarnings = [80, 95, 100]
    /// `accountNotices`: users are told by mail when their passwords are changed, or app passwords made.
    package var accountNotices = true
    /// `deletedKeptDays`: days that what is deleted is kept, where the plan says nothing else; 0 destroys at once.
    package var deletedKeptDays = 14
    /// `idleSeconds`: how long a tenant's worker stays without work.
    package var idleSeconds = 60
    /// `hangSeconds`: how long one of our processes may give no sign of life before it is killed and started again.
    package var hangSeconds = 60

    /// `routes`: `[{"domain", "host", "port"}]`, ahead of DNS; `*` for all other domains.
    package var routes: [StaticRoute] = []
    /// `retrySchedule`: seconds until each further attempt; the last repeats.
    package var retrySchedule = [300, 900, 1_800, 3_600, 7_200, 14_400]
    /// `lifetime`: seconds after which undelivered mail is returned.
    package var lifetime = 432_000
    /// `dnsServer`: the server to ask, as `address` or `address@port`. Default: those of the system (resolv.conf).
    package var dnsServer: String?
    /// `smtpPort`: the port of other mail servers.
    package var smtpPort = 25

    /// `metrics`: an address and port for metrics and health over TCP, such as `127.0.0.1:9465`. Default: none, the Unix socket alone.
    package var metrics: ListeningAddress?

    /// `tls.certificate`, `tls.key`: PEM files. Default: a self-signed pair, made in `<data>/tls`.
    package var certificateFile: String?
    package var privateKeyFile: String?
    /// `database.url`: an outside server, `postgresql://user:password@%2Fsocket%2Fdirectory/database`. Default: the embedded one.
    package var databaseURL: String?

    package static let portBases = 0...(65_535 - PublicListeners.highestPort)

    package init(hostname: String, loginThreads: Int) {
        self.hostname = hostname
        self.loginThreads = loginThreads
    }
}

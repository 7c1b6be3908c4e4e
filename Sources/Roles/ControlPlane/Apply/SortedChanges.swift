import AdminAPI
import MailSettings

/// A tenant's changes by what is to be done, each kind in one statement.
struct SortedChanges {
    struct Domains {
        var new: [(name: DomainName, settings: DomainSettings)] = []
        /// Those with another quota.
        var changed: [(name: DomainName, settings: DomainSettings)] = []
        /// Those with another policy on TLS, and new ones that have one.
        var modes: [(name: DomainName, mode: MTASTSMode)] = []
        /// Those that get keys of DKIM, and those whose waiting keys go.
        var signing: [DomainName] = [], unsigned: [DomainName] = []
    }
    struct User {
        var address: EmailAddress
        /// nil: to be made.
        var old: UserSettings?
        var new: UserSettings
    }

    var goneAliases: [AliasAddress] = []
    var goneGroups: [EmailAddress] = []
    var goneUsers: [EmailAddress] = []
    var goneDomainAliases: [DomainName] = []
    var goneDomains: [DomainName] = []
    var settings: TenantSettings?
    var domains = Domains()
    var newDomainAliases: [(name: DomainName, domain: DomainName)] = []
    var users: [User] = []
    var aliases: [(address: AliasAddress, targets: [TargetAddress], isNew: Bool)] = []
    var groups: [(address: EmailAddress, settings: GroupSettings, isNew: Bool)] = []

    init(_ changes: [TenantChange]) {
        for change in changes {
            switch change {
            case .settings(_, let new): settings = new
            case .domain(let name, let old, let new?):
                if old == nil { domains.new.append((name, new)) }
                if let old, old.quota != new.quota { domains.changed.append((name, new)) }
                if (old ?? DomainSettings()).mtaSTS != new.mtaSTS { domains.modes.append((name, new.mtaSTS)) }
                let keys = (old ?? DomainSettings()).keys
                if keys == .absent, new.keys != .absent { domains.signing.append(name) }
                if keys == .waiting, new.keys == .absent { domains.unsigned.append(name) }
            case .domain(let name, _, nil): goneDomains.append(name)
            case .domainAlias(let name, _, let domain?): newDomainAliases.append((name, domain))
            case .domainAlias(let name, _, nil): goneDomainAliases.append(name)
            case .user(let address, let old, let new?): users.append(User(address: address, old: old, new: new))
            case .user(let address, _, nil): goneUsers.append(address)
            case .alias(let address, let old, let targets?): aliases.append((address, targets, old == nil))
            case .alias(let address, _, nil): goneAliases.append(address)
            case .group(let address, let old, let settings?): groups.append((address, settings, old == nil))
            case .group(let address, _, nil): goneGroups.append(address)
            }
        }
    }
}

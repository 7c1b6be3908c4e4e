import AdminAPI

/// Users as they are sent: of one tenant, no more than a request takes, and no more than is answered in time.
package struct UserBatches: Sendable {
    /// Octets of a request's texts, escaped.
    private static let sizeLimit = 200_000
    /// A password is hashed there; a hash passes as it is.
    private static let workOfPassword = 4

    package let batches: [[UserFile.Line]]

    /// - Parameter tenant: whose domain it is, as far as is known.
    package init(_ users: [UserFile.Line], tenant: (DomainName) -> TenantName?) {
        var groups: [[UserFile.Line]] = [], places: [TenantName?: Int] = [:]
        for line in users {
            let owner = tenant(line.user.address.domain)
            if let place = places[owner] {
                groups[place].append(line)
            } else {
                places[owner] = groups.count
                groups.append([line])
            }
        }
        batches = groups.flatMap(Self.divided)
    }

    private static func divided(_ users: [UserFile.Line]) -> [[UserFile.Line]] {
        var batches: [[UserFile.Line]] = [], work = 0, size = 0
        for line in users {
            let (more, octets) = (Self.work(of: line.user), Self.size(of: line.user))
            if batches.isEmpty || work + more > UserImport.limit || size + octets > sizeLimit {
                batches.append([])
                (work, size) = (0, 0)
            }
            batches[batches.count - 1].append(line)
            (work, size) = (work + more, size + octets)
        }
        return batches
    }

    private static func work(of user: NewUser) -> Int {
        if case .given = user.password { workOfPassword } else { 1 }
    }

    private static func size(of user: NewUser) -> Int {
        let secret =
            switch user.password {
            case .given(let text), .hash(let text): text.utf8.count
            case .generate, nil: 0
            }
        return 200 + 2 * (user.address.text.utf8.count + secret)
    }
}

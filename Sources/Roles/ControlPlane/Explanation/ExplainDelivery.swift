import AdminAPI
import MailStore
import Postgres
import Quantities

extension Provisioning {
    /// Mailboxes that one explanation looks at; a group may lead to thousands.
    private static let mailboxLimit = 100

    /// `explain delivery`: in the order in which gateway and worker ask.
    func explainDelivery(_ request: AdminRequest<ExplainedMessage>) async throws -> Explanation {
        let asked: EmailAddress = try request.query.require("address")
        let addressed = try await postmaster(asked) ?? asked, recipient = domains.canonical(addressed)
        let sender: TargetAddress? = try request.query.optional("from")
        let size = try request.query.octets("size"), header = try ExplainedHeader(request.body)
        var steps = [messageSize(size)]
        if let sender {
            steps.append(.tells("sender \(sender)", "No rule asks who sends mail that comes in: anybody may write to people here."))
        }
        if addressed != asked {
            let says = "It is the server's own postmaster, whose mail is for \(addressed): postmaster in casella.json."
            steps.append(.passes("address \(asked)", says))
        }
        steps += otherName(of: recipient, addressed)
        let place = try await hosting(of: recipient)
        steps.append(place.step)
        guard let tenant = place.tenant, steps.allSatisfy({ $0.verdict != .refuses }) else {
            return Explanation(steps, otherwise: "")
        }
        steps.append(incoming(of: tenant))
        await workers.commitRows(of: tenant.name)
        let directory = ExplainedDirectory(of: tenant.id, database)
        let (step, targets) = try await resolution(of: recipient, from: sender, in: directory)
        steps.append(step)
        for group in targets?.groups ?? [] { steps.append(try await posting(from: sender, to: group, in: directory)) }
        if let targets, let sender { steps += closedSteps(of: targets, from: sender, in: directory) }
        for user in targets?.suspended ?? [] {
            steps.append(.tells("user \(user.address)", "Its incoming mail is suspended, so it is left out.", change: user.resuming))
        }
        steps += try await forwardSteps(targets?.forwards ?? [], limit: Self.mailboxLimit)
        guard let targets else { return Explanation(steps, otherwise: "") }

        var isSubmitted = false
        if let sender, try await !directory.hides(sender) { isSubmitted = try await directory.poster(sender) != nil }
        let above = WrittenAbove(
            hostname: facts.hostname, recipient: addressed.text, sender: sender?.text, isSubmitted: isSubmitted)
        var message = ExplainedMailboxes(size: size), mailboxes: [Explanation.Step] = [], isRefusedAtOnce = !targets.users.isEmpty
        for target in targets.users.prefix(Self.mailboxLimit) {
            let answer = try await mailbox(of: target.user, target.group.map(above.through) ?? above, &message)
            mailboxes += answer.steps
            if !answer.refusesAtOnce { isRefusedAtOnce = false }
            guard target.group == nil || header != nil else { continue }  // a group's members, where the message does not name them
            mailboxes += try await vacationStep(of: target.user, in: tenant.name, to: sender, header, directory)
        }
        for forward in targets.forwards.prefix(Self.mailboxLimit) where !forward.keepsCopy && !forward.leadsNowhere {
            guard forward.group == nil || header != nil else { continue }
            mailboxes += try await vacationStep(of: forward.user, in: tenant.name, to: sender, header, directory)
        }
        if targets.users.count > Self.mailboxLimit {
            isRefusedAtOnce = false
            mailboxes.append(.tells("mailboxes", "Of \(targets.users.count) the first \(Self.mailboxLimit) are looked at here."))
        }
        if !targets.external.isEmpty { isRefusedAtOnce = false }

        // When none of them takes it, that is said before the message comes; else what is in it is looked at first.
        let passage: [Explanation.Step] = header.map { header in [header.hops(limit: facts.limits.hops)] } ?? []
        let goesOn = !targets.groups.isEmpty || !targets.external.isEmpty
        let round: [Explanation.Step] = header.map { header in goesOn ? [header.round(addressed)] : [] } ?? []
        // For these it ends before it is stored; of an alias what is here is stored before, and it goes out no more.
        let endsAtOnce = !targets.groups.isEmpty || (!targets.forwards.isEmpty && !targets.external.isEmpty)
        if !isRefusedAtOnce { steps += passage + (endsAtOnce ? round : []) }
        let several = steps.count
        steps += mailboxes
        if isRefusedAtOnce { steps += passage }
        if isRefusedAtOnce || !endsAtOnce { steps += round }
        for address in targets.external { steps.append(try await onward(to: address, in: directory)) }
        let places = targets.users.map(\.user.address) + targets.external
        return Explanation(steps, otherwise: "It would be accepted, for \(places.joined(separator: ", ")).", severalFrom: several)
    }

    /// Whom mail for the server's own postmaster is for (RFC 5321 §4.5.1), as the gateway has it: under the server's name, unless that is a
    /// domain. Told to who administers that address.
    private func postmaster(_ asked: EmailAddress) async throws -> EmailAddress? {
        guard asked.localPart == "postmaster", asked.domain.text == facts.hostname.lowercased(), !domains.hosts(asked.domain),
            let address = try? EmailAddress(facts.postmaster)
        else { return nil }
        return try await domains(named: domains.canonical(address).domain).isEmpty ? nil : address
    }

    /// People write to an address, and log in, under any name of its domain.
    func otherName(of address: EmailAddress, _ asked: EmailAddress) -> [Explanation.Step] {
        asked == address ? [] : [.passes("domain \(asked.domain)", "It is another name of the domain \(address.domain).")]
    }

    /// The platform's limit, which every message meets first.
    func messageSize(_ size: Int64) -> Explanation.Step {
        let limit = facts.limits.messageSize
        return size <= limit
            ? .passes("message size", "\(ByteCount(size)) of \(ByteCount(limit)) that the platform takes.")
            : .refuses(
                "message size", "\(ByteCount(size)) are more than the \(ByteCount(limit)) that the platform takes.", reply: "552 5.3.4",
                change: "messageSize in casella.json")
    }

    private func hosting(of recipient: EmailAddress) async throws -> (step: Explanation.Step, tenant: Tenant?) {
        let name = recipient.domain
        guard let domain = try await domains(named: name).first else {
            if let kept = try await keptNote(.domain, of: name.text) {
                return (.refuses("domain \(name)", kept.says, reply: "550 5.7.1", change: kept.change), nil)
            }
            return (
                .refuses(
                    "domain \(name)", "It is no domain of this platform, which relays for nobody.", reply: "550 5.7.1",
                    change: "domain create \(name) --tenant NAME"), nil
            )
        }
        return (.passes("domain \(name)", "It belongs to tenant \(domain.tenant)."), try await tenant(domain.tenant))
    }

    private func incoming(of tenant: Tenant) -> Explanation.Step {
        let rule = "tenant \(tenant.name)"
        guard tenant.suspended.contains(.incoming) else { return .passes(rule, "Its incoming mail is not suspended.") }
        return .defers(
            rule, "Its incoming mail is suspended\(tenant.suspensionReason.map { ": \($0)" } ?? "").", reply: "450 4.2.1",
            change: "tenant resume \(tenant.name) --incoming")
    }

    private func onward(to address: String, in directory: ExplainedDirectory) async throws -> Explanation.Step {
        if let target = try? TargetAddress(address), try await directory.hides(target) {
            return .tells("address \(address)", "It is of a domain that you do not administer: what mail meets there is not told here.")
        }
        return .passes("address \(address)", "It is no mailbox of this tenant: the mail is sent on to it through the queue.")
    }

    /// An alias that is there, and of which nothing comes.
    private func nowhere(_ rule: String, _ alias: Alias) async throws -> Explanation.Step {
        var change = "alias show \(alias.address)"
        for target in alias.targets {
            guard let kept = try await keptNote(.user, .alias, .group, of: target.text) else { continue }
            change = kept.change
            break
        }
        let targets = alias.targets.map(\.text).joined(separator: ", ")
        return .refuses(rule, "It is an alias of \(targets), where nobody is found.", reply: "550 5.1.1", change: change)
    }

    /// Where the address leads, as far as the caller administers it.
    /// - Parameter sender: nil: somebody whom every group lets in.
    private func resolution(
        of address: EmailAddress, from sender: TargetAddress?, in directory: ExplainedDirectory
    ) async throws -> (Explanation.Step, ResolvedTargets?) {
        let rule = "address \(address)"
        switch try await directory.resolve(address, from: sender) {
        case .notLocal, .noSuchUser:
            if let kept = try await keptNote(.user, .alias, .group, of: address.text) {
                return (.refuses(rule, kept.says, reply: "550 5.1.1", change: kept.change), nil)
            }
            if let alias = try? AliasAddress(address.text), let found = try await aliases(at: alias).first {
                return (try await nowhere(rule, found), nil)
            }
            return (
                .refuses(
                    rule, "There is no such user, alias or group with members, and the domain has no catch-all.", reply: "550 5.1.1",
                    change: "user create \(address), or alias create \(address) --to ADDRESS"), nil
            )
        case .loop:
            return (
                .refuses(
                    rule, "Its aliases, groups or forwards lead round in a circle, too deep, or to too many addresses.", reply: "554 5.4.6",
                    change: "alias show \(address)"), nil
            )
        case .suspended(let all):
            let users = all.filter { directory.shows($0.address) }
            let names = users.isEmpty ? "users that you do not administer" : users.map(\.address).joined(separator: ", ")
            return (
                .defers(
                    rule, "It leads to \(names), whose incoming mail is suspended.", reply: "450 4.2.1", change: users.first?.resuming), nil
            )
        case .targets(let all):
            let targets = try await directory.shown(all, of: address)
            let found = targets.users.map(\.user.address) + targets.suspended.map(\.address) + targets.external
            let isItself = found == [address.text]
            let isShared = isItself ? try await !users(at: address, shared: true).isEmpty : false
            let itself = isShared ? "It is a shared mailbox." : "It is a user."
            return (.passes(rule, isItself ? itself : "It leads to \(found.joined(separator: ", "))."), targets)
        }
    }
}

extension UserRecord {
    fileprivate var resuming: String { "user resume \(address) --incoming" }
}

extension PathParameters {
    /// A size; 1,000 octets, a short letter, when it is left out.
    func octets(_ name: String) throws(AdminError) -> Int64 {
        guard let text = self[name] else { return 1_000 }
        guard let size = ByteCount(text), size >= .zero else {
            throw AdminError(.invalid, "The size is not understood.", hint: "A size looks like 1000, 500KB or 10MB.")
        }
        return size.octets
    }
}

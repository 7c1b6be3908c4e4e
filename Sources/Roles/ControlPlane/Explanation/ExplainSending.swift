import AdminAPI
import MailRules
import MailStore
import Postgres
import Quantities

extension Provisioning {
    /// `explain send`: what a message that a user hands in would meet, from the login on.
    func explainSending(_ request: AdminRequest<ExplainedMessage>) async throws -> Explanation {
        let asked: EmailAddress = try request.query.require("address"), address = domains.canonical(asked)
        let author: TargetAddress = try request.query.optional("as") ?? TargetAddress(address.text)
        let recipient: TargetAddress? = try request.query.optional("to")
        let size = try request.query.octets("size"), header = try ExplainedHeader(request.body)
        let user = try await user(address)
        guard user.shared != true else {
            let says = "It is a shared mailbox, without a login: its members log in with their own, and send as it."
            let rule = "user \(address)"
            let remedy = "mailbox add \(address)"
            return Explanation([.refuses(rule, says, reply: "535 5.7.8", change: remedy)], otherwise: "")
        }
        let tenant = try await tenant(user.tenant)
        let keys = try await change { transaction in try await find(address, in: transaction) }
        // What is asked of it is whether the user may do something, and whether anybody is there.
        let directory = ExplainedDirectory(of: keys.tenant, database)

        var steps = otherName(of: address, asked)
        // Who cannot log in hands nothing in.
        steps.append(
            suspension(of: "login of \(address)", user.suspended, user.suspensionReason, .submission)
                .changed(by: "user resume \(address) --login"))
        steps.append(
            suspension(of: "tenant \(tenant.name)", tenant.suspended, tenant.suspensionReason, .submission)
                .changed(by: "tenant resume \(tenant.name) --login"))
        steps.append(try await planned(.submission, for: address))
        // MAIL, with the size that mail programs announce.
        steps.append(messageSize(size))
        steps.append(
            outgoing(of: "user \(address)", user.suspended, user.suspensionReason).changed(by: "user resume \(address) --outgoing"))
        steps.append(
            outgoing(of: "tenant \(tenant.name)", tenant.suspended, tenant.suspensionReason)
                .changed(by: "tenant resume \(tenant.name) --outgoing"))
        steps += try await plannedSize(for: address, size)
        steps.append(try await identity("sender", author.localPart, author.domain.text, of: address, keys.user, in: directory))
        // RCPT.
        var recipients: Int64 = 1
        if let recipient {
            let found = try await directory.whole.resolve(
                localPart: recipient.localPart, domain: recipient.domain.text, from: keys.user)
            steps += try await recipientSteps(recipient, found, of: address, keys.user, in: directory)
            if case .targets(let targets) = found { recipients = Int64(targets.countedRecipients) }
        }
        // The message.
        if let header {
            steps.append(header.hops(limit: facts.limits.hops))
            steps += try await authors(header, of: address, keys.user, in: directory)
        }
        steps += try await sending(by: address, keys, to: recipients)
        steps.append(try await signing(header, from: author, of: tenant.name))
        return Explanation(steps, otherwise: "It would be taken, and queued to be sent on.")
    }

    private func outgoing(of rule: String, _ suspended: [Suspendable], _ reason: SuspensionReason?) -> Explanation.Step {
        guard suspended.contains(.outgoing) else { return .passes(rule, "Sending is not suspended.") }
        return .refuses(rule, "Sending is suspended\(reason.map { ": \($0)" } ?? "").", reply: "550 5.7.1", change: nil)
    }

    /// Envelope and header may name addresses only that lead to who logged in.
    private func identity(
        _ place: String, _ localPart: String, _ domain: String, of address: EmailAddress, _ user: Int64, in directory: ExplainedDirectory
    ) async throws -> Explanation.Step {
        let author = "\(localPart)@\(domain)", rule = "\(place) \(author)"
        switch try await directory.whole.right(of: user, toSendAs: localPart, domain) {
        case .itself:
            let isOwn = author == address.text
            return .passes(rule, isOwn ? "It is the user's own address." : "It leads to the user, who may send as it.")
        case .sharedMailbox(let mailbox):
            if mailbox.address == author.lowercased() { return .passes(rule, "It is a shared mailbox that \(address) may send as.") }
            // By name if the caller administers it too.
            let isShown = try await !users(at: EmailAddress(mailbox.address), shared: true).isEmpty
            return .passes(rule, "It leads to \(isShown ? "\(mailbox.address), " : "")a shared mailbox that \(address) may send as.")
        case .none(let only):
            if let only, let step = try await sharedRefusal(only, of: address, rule) { return step }
        }
        let says: String, change: String?
        switch try await directory.whole.resolve(localPart: localPart, domain: domain) {
        case .notLocal:
            (says, change) = ("\(domain) is no domain of the user's tenant, and nobody sends as another's address.", nil)
        case .noSuchUser, .loop:
            (says, change) = ("There is no such address, so it is nobody's to send as.", "alias create \(author) --to \(address)")
        case .suspended, .targets:
            (says, change) = ("It is somebody else's, and does not lead to \(address).", "alias create \(author) --to \(address)")
        }
        return .refuses(rule, says, reply: "550 5.7.1", change: change)
    }

    /// Those that the header says the message is from.
    private func authors(
        _ header: ExplainedHeader, of address: EmailAddress, _ user: Int64, in directory: ExplainedDirectory
    ) async throws -> [Explanation.Step] {
        let rule = "header"
        do {
            let authors = try MessageAuthors.read(header.scan, in: header.bytes)
            var steps: [Explanation.Step] = []
            if header.scan.fields(named: "from").isEmpty {
                steps.append(.tells(rule, "It has no From field; one with the sender is put there."))
            }
            for author in authors.prefix(Self.authorLimit) {
                steps.append(try await identity("author", author.localPart, author.domain, of: address, user, in: directory))
            }
            if authors.count > Self.authorLimit {
                steps.append(.tells(rule, "Of \(authors.count) authors the first \(Self.authorLimit) are looked at here."))
            }
            return steps
        } catch MessageAuthors.Problem.severalFields {
            return [.refuses(rule, "It has more than one From or Sender field.", reply: "550 5.7.1", change: nil)]
        } catch MessageAuthors.Problem.unreadable {
            return [.refuses(rule, "A From or Sender field is no list of addresses as RFC 5322 has it.", reply: "550 5.7.1", change: nil)]
        }
    }

    /// Authors that one explanation looks at.
    private static let authorLimit = 50

    private func recipientSteps(
        _ recipient: TargetAddress, _ found: Resolution, of address: EmailAddress, _ user: Int64, in directory: ExplainedDirectory
    ) async throws -> [Explanation.Step] {
        var steps = [step(of: recipient, found)]
        guard case .targets(let targets) = found else { return steps }
        steps += closedSteps(of: targets, from: address, in: directory)
        for group in targets.groups where try await !directory.whole.mayPost(user, to: group) {
            guard directory.shows(group.address) else {
                let says = "It takes no mail from the user."
                steps.append(.refuses("group of another domain", says, reply: "550 5.7.2", change: nil))
                continue
            }
            steps.append(
                .refuses(
                    "group \(group.address)", "It takes mail from its \(group.posting) alone.", reply: "550 5.7.2",
                    change: "group set \(group.address) --posting tenant"))
        }
        return steps
    }

    private func step(of recipient: TargetAddress, _ found: Resolution) -> Explanation.Step {
        let rule = "recipient \(recipient)"
        switch found {
        case .notLocal: return .passes(rule, "It is not of this tenant: the queue sends it on.")
        case .noSuchUser:
            return .refuses(
                rule, "There is no such user, alias or group in this tenant.", reply: "550 5.1.1", change: "user create \(recipient)")
        case .loop:
            return .refuses(
                rule, "Its aliases or forwards lead round in a circle.", reply: "554 5.4.6", change: "alias show \(recipient)")
        case .suspended, .targets:
            return .passes(rule, "It is of this tenant; `explain delivery --from … --to \(recipient)` says what it meets there.")
        }
    }

    /// What the user sent in this hour and this day, if the plan limits it.
    /// - Parameter recipients: as how many those of the message count.
    private func sending(
        by address: EmailAddress, _ keys: (tenant: Int64, user: Int64), to recipients: Int64
    ) async throws -> [Explanation.Step] {
        let layers = try await limits(of: .user(address))
        let counted = try await database.query(
            "SELECT \(SendingSQL.sent(.hour)), \(SendingSQL.sent(.day)) FROM sending s WHERE tenant_id = $1 AND user_id = $2",
            [.int8(keys.tenant), .int8(keys.user)])
        let (sentThisHour, sentToday) = try counted.first.map { (try $0.int8(0), try $0.int8(1)) } ?? (0, 0)
        // What can never be taken is refused first; of what fits later, the day's limit is told before the hour's.
        let periods: [(LimitName, Int64, String)] = [(.recipientsPerHour, sentThisHour, "hour"), (.recipientsPerDay, sentToday, "day")]
        let never = periods.contains { name, _, _ in layers[name].value.number.map { recipients > $0 } ?? false }
        return (never ? periods : periods.reversed()).compactMap { name, sent, period in
            let limit = layers[name]
            guard let most = limit.value.number else { return nil }
            let says = "\(sent) of \(most) recipients of this \(period) that \(limit.source) allows; the message has \(recipients)."
            let change = "plan override \(address) --\(name.words) NUMBER"
            guard recipients <= most else { return .refuses(name.words, says, reply: "550 5.7.1", change: change) }
            guard sent + recipients > most else { return .passes(name.words, says) }
            // Another period's decides.
            guard !never else { return .tells(name.words, says, change: change) }
            return .defers(name.words, says, reply: "450 4.7.1", change: change)
        }
    }
}

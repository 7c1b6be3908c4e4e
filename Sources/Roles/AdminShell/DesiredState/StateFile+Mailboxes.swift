import AdminAPI
import Yams

extension StateFile {
    static func mailbox(_ node: Node, _ reading: inout YAMLReading) -> DesiredMailbox? {
        let known = ["address", "quota", "messages", "limits", "suspended", "suspensionReason", "members"]
        guard let fields = reading.fields(node, of: "A shared mailbox", known: known) else { return nil }
        reading.require(fields, "address", of: "A shared mailbox", at: node)
        let (suspended, reason) = suspension(fields, &reading)
        let quota = quota(fields, .user, &reading), limits = limits(fields["limits"], .user, &reading)
        let members = fields["members"].map { list in
            reading.list(list, "members").compactMap { member($0, &reading) }
        }
        return reading.value(fields["address"], "address") { try EmailAddress($0) }.map { address in
            DesiredMailbox(
                address: address, quota: quota, limits: limits, suspended: suspended, suspensionReason: reason, members: members)
        }
    }

    private static func member(_ node: Node, _ reading: inout YAMLReading) -> SharedMember? {
        guard let fields = reading.fields(node, of: "A member", known: ["address", "rights", "sends"]) else { return nil }
        for key in ["address", "rights"] { reading.require(fields, key, of: "A member", at: node) }
        let rights: SharedRights? = reading.value(fields["rights"], "rights") { text in
            guard let rights = SharedRights(rawValue: text) else {
                let known = SharedRights.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminError(.invalid, "\"\(text.prefix(60))\" are no rights.", hint: "Write one of \(known).")
            }
            return rights
        }
        let sends: Bool? = reading.value(fields["sends"], "sends") { text in
            guard let sends = Bool(text) else {
                throw AdminError(.invalid, "\"\(text.prefix(60))\" says not whether the member sends.", hint: "Write true or false.")
            }
            return sends
        }
        let address = reading.value(fields["address"], "address") { try EmailAddress($0) }
        guard let address, let rights else { return nil }
        return SharedMember(address: address, rights: rights, sends: sends ?? false)
    }
}

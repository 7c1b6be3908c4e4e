import AdminAPI
import ArgumentParser

/// Many queued messages instead of one.
package struct QueueFilter: ParsableArguments {
    static let names = LiveNames(arguments: [.live(.queued)], options: RecipientFilter.names.options)
    static let discussion = """
        With --all they are counted, and you are asked first; what comes into the queue after that is left as it is. A message with \
        several recipients is taken as a whole, also where --recipient-domain is the domain of one of them.
        """

    @Flag(help: "All messages, instead of one.") var all = false
    @OptionGroup var narrowing: RecipientFilter

    package init() {}

    func check(beside id: QueueID?) throws {
        if all, id != nil { throw ValidationError("Give the number of a message or --all, and not both.") }
        if !all, id == nil { throw ValidationError("Give the number of a message, or --all.") }
        if !all, tenant != nil || recipientDomain != nil {
            throw ValidationError("--tenant and --recipient-domain go with --all.")
        }
    }

    var tenant: TenantName? { narrowing.owner.tenant }
    var recipientDomain: DomainName? { narrowing.recipientDomain }
    var selection: QueueSelection { QueueSelection(tenant: tenant, recipientDomain: recipientDomain) }
}

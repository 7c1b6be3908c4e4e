import AdminAPI
import Postgres

extension AdministeredPart {
    var text: String { domainName?.text ?? tenantName.text }

    /// Refuses a call about something outside the part, whether that exists or not.
    /// Row-level security would find nothing there either; but asked first, it is a refusal, and recorded as one.
    func check(
        _ call: any AnyCall, _ subjects: [AdminSubject], _ database: PostgresPool
    ) async throws {
        for subject in subjects {
            switch subject {
            // An administrator's name that is yet to be given is nobody's.
            case .administrator where call.path.parameterNames.isEmpty: continue
            // A claim is the tenant's that makes it, whoever else makes one; there may be none yet.
            case .claim(_, of: tenantName) where domain == nil: continue
            default: break
            }
            guard let owner = try await subject.owner(database), includes(owner) else {
                throw AdminError(.forbidden, "\(subject.text) is not yours to administer.", hint: "You administer \(text).")
            }
        }
        // What binds the whole part is set by those above it.
        if call.needs == .manageQuotas, let target = subjects.first, isWhole(target) {
            throw AdminError(
                .forbidden, "The quota of \(target.text) is set by those who run the platform\(domain == nil ? "" : ", or by its tenant").",
                hint: "You may set quotas below it.")
        }
    }

    private func includes(_ owner: AdminSubject.Owner) -> Bool {
        guard owner.tenant == tenant else { return false }
        return domain == nil || owner.domain == domain
    }

    private func isWhole(_ subject: AdminSubject) -> Bool {
        switch subject {
        case .tenant(let name): name == tenantName
        case .domain(let name): name == domainName
        default: false
        }
    }
}

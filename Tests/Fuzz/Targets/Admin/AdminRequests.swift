import AdminAPI

/// JSON bodies of requests and responses.
enum AdminBodies {
    static func check(_ input: [UInt8]) throws {
        try JSONValues.check(NewTenant.self, input)
        try JSONValues.check(NewDomain.self, input)
        try JSONValues.check(NewUser.self, input)
        try JSONValues.check(NewPassword.self, input)
        try JSONValues.check(PasswordDemand.self, input)
        try JSONValues.check(UserPasswordChange.self, input)
        try JSONValues.check(NewOwnAppPassword.self, input)
        try JSONValues.check(OwnAppPasswordRevocation.self, input)
        try JSONValues.check(ExplainedMessage.self, input)
        try JSONValues.check(UserImport.self, input)
        try JSONValues.check(UserImportReport.self, input)
        try checkNewer(input)
        try JSONValues.check(NewAlias.self, input)
        try JSONValues.check(QuotaChange.self, input)
        try JSONValues.check(Tenant.self, input)
        try JSONValues.check(User.self, input)
        try JSONValues.check(QuotaReport.self, input)
        try JSONValues.check(QueueEntry.self, input)
        try JSONValues.check(Worker.self, input)
        try JSONValues.check(PlatformStatus.self, input)
        try JSONValues.check(ErrorBody.self, input)
    }

    /// What the newer nouns take, and states and limits, which have forms of their own.
    private static func checkNewer(_ input: [UInt8]) throws {
        try JSONValues.check(NewPlan.self, input)
        try JSONValues.check(LimitChanges.self, input)
        try JSONValues.check(LimitReport.self, input)
        try JSONValues.check(NewGroup.self, input)
        try JSONValues.check(GroupChange.self, input)
        try JSONValues.check(GroupMembers.self, input)
        try JSONValues.check(NewSharedMailbox.self, input)
        try JSONValues.check(NewSharedMembers.self, input)
        try JSONValues.check(NewVacation.self, input)
        try JSONValues.check(NewForward.self, input)
        try JSONValues.check(NewHold.self, input)
        try JSONValues.check(NewHeldCopies.self, input)
        try JSONValues.check(NewAppPassword.self, input)
        try JSONValues.check(SuspensionChange.self, input)
        try JSONValues.check(MTASTSChange.self, input)
        try JSONValues.check(DesiredTenant.self, input)
        try JSONValues.check(ApplyRequest.self, input)
        try JSONValues.check(ApplyPreviewRequest.self, input)
        try JSONValues.check(UserRename.self, input)
        try JSONValues.check(CertificateImport.self, input)
    }
}

/// Names: their canonical form is a name too, and stays as it is.
enum AdminNames {
    static func check(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        try check(TenantName.self, text, limit: 63)
        try check(DomainName.self, text, limit: 253)
        try check(EmailAddress.self, text, limit: 64 + 1 + 253)
        try check(LoginName.self, text, limit: 64 + 1 + 255)
        try check(TargetAddress.self, text, limit: 64 + 1 + 253)
        try check(AliasAddress.self, text, limit: 64 + 1 + 253)
        try check(QuotaTarget.self, text, limit: 64 + 1 + 253)
        try check(WorkerName.self, text, limit: 70)
        try check(QueueID.self, text, limit: 19)
        if let moment = Timestamp(text) { try promiseEqual(Timestamp(moment.description), moment, "a moment written again") }
    }

    private static func check<Name: ValidatedText>(_ type: Name.Type, _ text: String, limit: Int) throws {
        let name: Name
        do throws(AdminError) {
            name = try Name(text)
        } catch {
            let message = error.message
            try promise(message.utf8.count <= 600, "a message of \(message.utf8.count) octets")
            let isClean = message.unicodeScalars.allSatisfy { $0.value >= 32 && !(0x7F...0x9F).contains($0.value) }
            try promise(isClean, "a control character: \(message)")
            return
        }
        try promise(name.text.utf8.count <= limit, "\(type) of \(name.text.utf8.count) octets")
        try promise(name.text.utf8.allSatisfy { $0 > 32 && $0 != 127 }, "\(type) \(name)")
        guard let again = try? Name(name.text) else { throw BrokenPromise(description: "\(type) \(name) is none once more") }
        try promiseEqual(Array(again.text.utf8), Array(name.text.utf8), "\(type) written again")
    }
}

/// Paths and queries.
enum AdminPaths {
    static func check(_ input: [UInt8]) throws {
        if let text = PercentEncoding.decode(input) {
            let again = PercentEncoding.decode(PercentEncoding.encode(text).utf8)
            try promise(again.map { Array($0.utf8) } == Array(text.utf8), "\(text) encoded")
        }
        let text = String(decoding: input, as: UTF8.self)
        for call in Calls.all {
            if let values = call.path.match(text) {
                let names = call.path.parameterNames
                try promise(names.allSatisfy { values[$0]?.isEmpty == false }, "\(call.path) lacks a value")
                try promiseEqual(call.path.match(call.path.filled(names.map { values[$0] ?? "" })), values, "\(call.path) filled again")
            }
            // Whatever a parameter is, the path that it fills means this call and that value, or none where a NUL is in it.
            guard !text.isEmpty, call.path.parameterNames.count == 1 else { continue }
            let found = call.path.match(call.path.filled([text]))?[call.path.parameterNames[0]]
            guard !text.utf8.contains(0) else {
                try promise(found == nil, "a NUL in \(call.path)")
                continue
            }
            try promise(found.map { Array($0.utf8) } == Array(text.utf8), "\(shown(input)) in \(call.path)")
        }
        _ = PathParameters(query: text)
    }
}

/// A password for one device of a user, made by the platform and shown once: it can be revoked without touching the others.
public struct AppPassword: Codable, Sendable, Hashable {
    public var address: EmailAddress
    /// Of the device.
    public var name: AppPasswordName
    public var services: [MailService]
    public var createdAt: Timestamp
    /// nil: never. Told to the minute.
    public var usedAt: Timestamp?
    public var usedFrom: String?

    public init(
        address: EmailAddress, name: AppPasswordName, services: [MailService], createdAt: Timestamp, usedAt: Timestamp?, usedFrom: String?
    ) {
        (self.address, self.name, self.services) = (address, name, services)
        (self.createdAt, self.usedAt, self.usedFrom) = (createdAt, usedAt, usedFrom)
    }
}

public struct NewAppPassword: Codable, Sendable, Hashable {
    public var name: AppPasswordName
    /// Left out: all of mail programs.
    public var services: [MailService]?

    public init(name: AppPasswordName, services: [MailService]? = nil) { (self.name, self.services) = (name, services) }
}

/// The answer to making one: the password is told once, never again.
public struct CreatedAppPassword: Codable, Sendable, Hashable {
    public var appPassword: AppPassword
    public var password: String

    public init(appPassword: AppPassword, password: String) { (self.appPassword, self.password) = (appPassword, password) }
}

/// What people log in to: with mail programs, and on the web, where their account pages are.
public enum MailService: String, Codable, Sendable, CaseIterable {
    case imap, pop3, submission, web

    public static let ofMailPrograms: [MailService] = [.imap, .pop3, .submission]

    /// - Throws: `AdminError` of kind `invalid` for what no app password opens.
    public func checkForAppPassword() throws(AdminError) {
        guard !Self.ofMailPrograms.contains(self) else { return }
        throw AdminError(
            .invalid, "No app password opens the \(rawValue): it is for mail programs.",
            hint: "There people log in with their own password. Name \(Self.namesOfMailPrograms).")
    }

    /// - Throws: `AdminError` of kind `invalid` for what is no service, or none that an app password opens.
    public static func ofMailProgram(_ text: String) throws(AdminError) -> MailService {
        guard let service = MailService(rawValue: text) else {
            throw AdminError(.invalid, "\(quoted(text)) is no service.", hint: "Name \(namesOfMailPrograms).")
        }
        try service.checkForAppPassword()
        return service
    }

    private static let namesOfMailPrograms = "imap, pop3 or submission"
}

/// A short text that names a device, such as `Ann's phone`: 1 to 64 octets, without control characters.
public struct AppPasswordName: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        let isRight =
            (1...64).contains(text.utf8.count) && text.first != " " && text.last != " "
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
        guard isRight else {
            throw AdminError(.invalid, "\(quoted(text)) cannot name a device.", hint: "Use a short text, such as phone or office-laptop.")
        }
        self.text = text
    }
}

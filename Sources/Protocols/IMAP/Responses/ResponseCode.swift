/// What a machine may read in a condition response, between brackets: RFC 3501 §7.1, RFC 5530 §3, RFC 4315 §3, RFC 4469 §4.
public enum ResponseCode: Sendable, Equatable {
    case alert, alreadyExists, authenticationFailed, cannot, closed, contactAdmin, corruption, expired, expungeIssued, inUse, limit
    case nonExistent, noPermission
    case overQuota, privacyRequired, readOnly, readWrite, serverBug, tooBig, tryCreate, uidNotSticky, unavailable, useAttribute
    case badCharset([String])
    case capability([String])
    case permanentFlags(SystemFlags, keywords: [String], mayCreate: Bool)
    case uidNext(UInt32), uidValidity(UInt32), unseen(UInt32)
    case appendUID(validity: UInt32, uids: String)
    /// Both sets as text, in corresponding order.
    case copyUID(validity: UInt32, source: String, destination: String)

    public var text: String {
        switch self {
        case .alert: "ALERT"
        case .alreadyExists: "ALREADYEXISTS"
        case .authenticationFailed: "AUTHENTICATIONFAILED"
        case .cannot: "CANNOT"
        case .closed: "CLOSED"
        case .contactAdmin: "CONTACTADMIN"
        case .corruption: "CORRUPTION"
        case .expired: "EXPIRED"
        case .expungeIssued: "EXPUNGEISSUED"
        case .inUse: "INUSE"
        case .limit: "LIMIT"
        case .nonExistent: "NONEXISTENT"
        case .noPermission: "NOPERM"
        case .overQuota: "OVERQUOTA"
        case .privacyRequired: "PRIVACYREQUIRED"
        case .readOnly: "READ-ONLY"
        case .readWrite: "READ-WRITE"
        case .serverBug: "SERVERBUG"
        case .tooBig: "TOOBIG"
        case .tryCreate: "TRYCREATE"
        case .uidNotSticky: "UIDNOTSTICKY"
        case .unavailable: "UNAVAILABLE"
        case .useAttribute: "USEATTR"
        case .badCharset(let charsets): "BADCHARSET (\(charsets.joined(separator: " ")))"
        case .capability(let capabilities): "CAPABILITY \(capabilities.joined(separator: " "))"
        case .permanentFlags(let system, let keywords, let mayCreate):
            "PERMANENTFLAGS (\((system.texts + keywords + (mayCreate ? ["\\*"] : [])).joined(separator: " ")))"
        case .uidNext(let uid): "UIDNEXT \(uid)"
        case .uidValidity(let validity): "UIDVALIDITY \(validity)"
        case .unseen(let number): "UNSEEN \(number)"
        case .appendUID(let validity, let uids): "APPENDUID \(validity) \(uids)"
        case .copyUID(let validity, let source, let destination): "COPYUID \(validity) \(source) \(destination)"
        }
    }
}

extension SystemFlags {
    /// As they are spelled on the wire.
    public var texts: [String] { SystemFlags.names.filter { contains($0.flag) }.map { "\($0.name)" } }
}

/// What STATUS asks for: RFC 3501 §6.3.10; SIZE: RFC 8438 §3; DELETED and DELETED-STORAGE: RFC 9208 §7.
public enum StatusItem: String, Sendable, CaseIterable {
    case messages = "MESSAGES", recent = "RECENT", uidNext = "UIDNEXT", uidValidity = "UIDVALIDITY", unseen = "UNSEEN", size = "SIZE"
    case deleted = "DELETED", deletedStorage = "DELETED-STORAGE"
}

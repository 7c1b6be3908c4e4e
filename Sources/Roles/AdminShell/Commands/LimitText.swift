import AdminAPI
import Quantities

/// How a limit is written by people.
enum LimitText {
    /// - Returns: nil for what is no such limit; an inner nil for the word `none`: no limit is named.
    static func value(_ text: String, of name: LimitName) -> LimitValue?? {
        switch text.lowercased() {
        case "unlimited": return .some(.unlimited)
        case "none": return .some(nil)
        default: break
        }
        switch name.kind {
        case .count: return Int64(text).flatMap { $0 >= 0 ? .some(.number($0)) : nil }
        case .octets: return ByteCount(text).map { .number($0.octets) }
        case .services:
            // Nothing at all is rather a variable that is empty than the wish that nobody logs in.
            let words = text.split(separator: ",").map { $0.lowercased().trimmingSpaces() }
            let services = MailService.allCases.filter { words.contains($0.rawValue) }
            return words.isEmpty || !words.allSatisfy({ MailService(rawValue: $0) != nil }) ? nil : .some(.services(services))
        }
    }

    static func form(of name: LimitName) -> String {
        switch name.kind {
        case .count: "a number"
        case .octets: "a size such as 500MB or 10GB"
        case .services: "a list of \(MailService.allCases.map(\.rawValue).joined(separator: ", "))"
        }
    }
}

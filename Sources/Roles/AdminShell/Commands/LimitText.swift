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
            let services = text.split(separator: ",").map { MailService(rawValue: $0.lowercased()) }
            return services.contains(nil) ? nil : .some(.services(services.compactMap(\.self)))
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

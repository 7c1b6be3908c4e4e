import AdminAPI
import Glibc
import Postgres

extension Provisioning {
    /// Any error in the words of this interface. Of what nobody foresaw the log has the details, under the call's id.
    func explained(_ error: any Error, command: String, _ trace: String) -> AdminError {
        switch error {
        case let error as AdminError: return error
        case let error as DecodingError: return AdminError(.invalid, "The request is not understood: \(Self.words(error)).")
        case let error as PostgresError where error.sqlState == .diskFull: return diskFull(command, trace, "\(error)")
        case StartupError.file(_, _, let code) where [ENOSPC, EDQUOT].contains(code): return diskFull(command, trace, "\(error)")
        case let error as PostgresError where error.kind == .connection || error.isTransient:
            journal.warning("an admin call failed for the database", ["trace": trace, "command": command, "error": "\(error)"])
            return AdminError(.unavailable, "The database does not answer at the moment.", hint: "Try again in a few seconds.")
        case PasswordHashing.Failure.queueFull:
            return AdminError(.unavailable, "Too many passwords are being checked at the moment.", hint: "Try again in a few seconds.")
        default:
            journal.error("an admin call failed", ["trace": trace, "command": command, "error": "\(error)"])
            return AdminError(
                .serverFault, "Something went wrong inside Casella.", hint: "The log says more: `casella log --trace \(trace)`.")
        }
    }

    private func diskFull(_ command: String, _ trace: String, _ error: String) -> AdminError {
        journal.error("an admin call failed since the disk is full", ["trace": trace, "command": command, "error": error])
        return AdminError(
            .unavailable, "The platform's disk is full: nothing was changed.",
            hint: "Free space where \(directory.root) is, then try again.")
    }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            context.codingPath.isEmpty
                ? "it is no JSON object" : "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has a wrong type"
        case .dataCorrupted: "it is not JSON"
        @unknown default: "it is not JSON"
        }
    }
}

import AdminAPI

/// Puts outcomes where they belong: results on standard output, errors on standard error. Each method returns the exit status.
package struct Printer: Sendable {
    let console: any Console
    let format: OutputFormat

    package init(console: any Console, format: OutputFormat) { (self.console, self.format) = (console, format) }

    package func report(_ report: Report) -> Int32 {
        do { console.page(try report.text(in: format, isStyled: console.isStyled)) } catch {
            return failure(Failure(AdminError(.serverFault, "The result could not be written as JSON."), exitStatus: 70))
        }
        return report.exitStatus
    }

    package func help(_ text: String) -> Int32 {
        console.page(text.hasSuffix("\n") ? text : text + "\n")
        return 0
    }

    /// - Parameter place: file and line, for a batch.
    package func failure(_ failure: Failure, at place: String? = nil) -> Int32 {
        if format == .json, place == nil, let text = try? JSONText.encode(FailureBody(failure)) {
            console.writeError(text)
        } else {
            if let file = failure.file { MistakeList(file.name).show(file.mistakes, on: console) }
            let hint = failure.error.hint.map { "\n\($0)" } ?? ""
            let name = "\(place ?? "casella"):"
            console.writeError("\(console.isErrorStyled ? Style.bad.applied(to: name) : name) \(failure.error.message)\(hint)\n")
        }
        return failure.exitStatus
    }
}

/// As the control plane writes a refusal; of a file with all that is wrong in it.
private struct FailureBody: Encodable {
    let error: AdminError
    let mistakes: [UserFile.Mistake]?

    init(_ failure: Failure) { (error, mistakes) = (failure.error, failure.file?.mistakes) }
}

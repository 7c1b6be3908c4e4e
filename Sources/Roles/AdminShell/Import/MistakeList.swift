import AdminAPI

/// What is wrong with the lines of a file, a line each as compilers write it, so that editors find the place.
struct MistakeList {
    private static let limit = 100

    private let file: String

    init(_ file: String) { self.file = file }

    func show(_ mistakes: [UserFile.Mistake], on console: any Console) {
        for mistake in mistakes.prefix(Self.limit) {
            console.writeError("\(file):\(mistake.line): \(mistake.sentence.withoutControls())\n")
        }
        if mistakes.count > Self.limit { console.writeError("\(file): … and \(mistakes.count - Self.limit) more\n") }
    }
}

/// A file of which nothing is done, since something in it is wrong.
struct MistakenFile: Error {
    let name: String
    let mistakes: [UserFile.Mistake]
    /// What is not done, such as "made".
    let verb: String

    var refusal: AdminError { AdminError(.invalid, "\(name) has \(counted(mistakes.count, "mistake")); nothing was \(verb).") }
}

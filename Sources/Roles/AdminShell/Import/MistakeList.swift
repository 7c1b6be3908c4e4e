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

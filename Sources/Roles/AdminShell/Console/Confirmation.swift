import AdminAPI

/// The question before something is destroyed.
package struct Confirmation: Sendable {
    package enum Strength: Sendable {
        /// The name must be typed: much is lost.
        case typing(String)
        /// `yes` must be typed.
        case yes
    }

    /// What will be lost, as a sentence.
    package let warning: String
    package let strength: Strength

    package init(_ warning: String, _ strength: Strength) { (self.warning, self.strength) = (warning, strength) }

    /// Returns when the answer is right or `--yes` was given.
    /// - Throws: `AdminError` when nobody can be asked; `Abandoned` when the answer is another one.
    package func obtain(from console: any Console, assumeYes: Bool) throws {
        if assumeYes { return }
        guard console.canAsk else {
            throw AdminError(
                .invalid, "\(warning) This needs confirmation, and there is no terminal to ask on.",
                hint: "Add --yes if it is what you want.")
        }
        let (question, expected) =
            switch strength {
            case .typing(let name): ("\(warning)\nType \(name) to go on: ", name)
            case .yes: ("\(warning)\nGo on? Type yes: ", "yes")
            }
        guard let answer = console.ask(question), answer.trimmingSpaces().lowercased() == expected.lowercased() else { throw Abandoned() }
    }
}

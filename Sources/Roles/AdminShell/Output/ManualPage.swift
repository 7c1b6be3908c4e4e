import ArgumentParser

/// A command's manual page in roff, made from the help that the command gives itself.
package struct ManualPage: Sendable {
    /// Such as `casella-user-create.1`.
    package let fileName: String
    package let text: String

    /// - Parameter path: the command's words, without the program's name.
    package init(_ command: any ParsableCommand.Type, path: [String]) {
        let name = (["casella"] + path).joined(separator: "-")
        fileName = "\(name).1"
        var page = ".TH \"\(name.uppercased())\" 1 \"\" \"\(Casella.configuration.version)\" \"Casella\"\n"
        page += ".SH NAME\n\(Self.escaped(name)) \\- \(Self.escaped(command.configuration.abstract))\n"
        for section in Self.sections(of: Casella.helpMessage(for: command, columns: 76)) {
            let lines = section.lines.map { Self.escaped($0) + "\n" }.joined()
            // All but the synopsis is laid out already.
            page += ".SH \(Self.escaped(section.title))\n" + (section.title == Self.synopsis ? lines : ".nf\n\(lines).fi\n")
        }
        text = page
    }

    private static let synopsis = "SYNOPSIS"

    private struct Section {
        var title: String
        var lines: [String]
    }

    /// The parts of a help text, in the order of manual pages; its first line, the abstract, is in every page's NAME.
    private static func sections(of help: String) -> [Section] {
        var (description, found) = (Section(title: "DESCRIPTION", lines: []), [Section]())
        for line in help.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("OVERVIEW: ") { continue }
            if line.hasPrefix("USAGE: ") {
                found.append(Section(title: synopsis, lines: [String(line.dropFirst("USAGE: ".count))]))
            } else if line.hasSuffix(":"), line.first?.isUppercase == true {
                found.append(Section(title: line.dropLast().uppercased(), lines: []))
            } else if found.isEmpty {
                description.lines.append(String(line))
            } else {
                found[found.count - 1].lines.append(String(line))
            }
        }
        if description.lines.contains(where: { !$0.isEmpty }) { found.insert(description, at: min(1, found.count)) }
        return found.map { section in
            let lines = section.lines.drop { $0.isEmpty }.reversed().drop { $0.isEmpty }
            return Section(title: section.title, lines: lines.reversed())
        }
    }

    /// The program's page, and one for each noun and verb.
    package static var all: [ManualPage] { pages(of: Casella.self, path: []) }

    private static func pages(of command: any ParsableCommand.Type, path: [String]) -> [ManualPage] {
        [ManualPage(command, path: path)]
            + CommandTree.subcommands(of: command).flatMap { pages(of: $0, path: path + [CommandTree.name(of: $0)]) }
    }

    /// Text that roff takes for text: a backslash, a hyphen, and what begins a line like a request.
    private static func escaped(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }
}

import IMAP

/// Commands as text and back. What was read, written again, reads as the same.
enum IMAPCommands {
    static func check(_ input: [UInt8]) throws {
        for command in try read(input) {
            guard let tagged = try? CommandTable.parse(command) else { continue }
            guard let written = IMAPCommandText(tagged)?.bytes else { continue }
            guard let again = try read(written).first, let reread = try? CommandTable.parse(again) else {
                throw BrokenPromise(description: "\(shown(written)) is not understood")
            }
            try promiseEqual(IMAPCommandText(reread)?.bytes, written, "a command written again")
        }
    }

    static func checkSearch(_ input: [UInt8]) throws {
        guard let search = try parse("a SEARCH ", input) as? Search else { return }
        var text = IMAPCommandText()
        text.search(search)
        guard let again = try parse("", text.bytes.dropLast(2)) as? Search else {
            throw BrokenPromise(description: "\(shown(text.bytes)) is not understood")
        }
        try promiseEqual(again.key, search.key, "a search key written again")
        _ = search.key.need
    }

    static func checkFetch(_ input: [UInt8]) throws {
        guard let fetch = try parse("a FETCH 1 ", input) as? Fetch else { return }
        try promise(!fetch.items.isEmpty && Set(fetch.items).count == fetch.items.count, "an item twice, or none")
        var text = IMAPCommandText()
        text.fetch(fetch)
        guard let again = try parse("", text.bytes.dropLast(2)) as? Fetch else {
            throw BrokenPromise(description: "\(shown(text.bytes)) is not understood")
        }
        try promiseEqual(again.items, fetch.items, "data items written again")
        // As the response names a section, so can a client ask for it again.
        for case .section(let section, let partial, _) in fetch.items {
            var response = FetchResponse(number: 1)
            response.section(section, origin: nil, [UInt8]?.none)
            response.end()
            let name = response.output.bytes.dropFirst("* 1 FETCH (".utf8.count).dropLast(" NIL)\r\n".utf8.count)
            let named = try parse("a FETCH 1 ", name) as? Fetch
            try promiseEqual(named?.items, [.section(section, nil, peeks: false)], "\(shown(name)) names another section")
            if let range = partial?.range(of: 1_000) { try promise((0..<1_001).contains(range.upperBound), "the range \(range)") }
        }
    }

    /// The command that `prefix` and the input are together; nil if it is none.
    static func parse(_ prefix: String, _ input: some Collection<UInt8>) throws -> (any IMAPCommand)? {
        guard let command = try read(Array(prefix.utf8) + input + [13, 10]).first else { return nil }
        return try? CommandTable.parse(command).command
    }

    static func read(_ input: [UInt8]) throws -> [CommandText] {
        var reader = CommandReader(limits: CommandReader.Limits(message: 1 << 20))
        var rest = input[...]
        var commands: [CommandText] = []
        while !rest.isEmpty {
            switch reader.read(&rest) {
            case .command(let command): commands.append(command)
            case .refused(let refusal): if refusal.closes { return commands }
            case .needsMore, .wantsLiteral: break
            case .line: throw BrokenPromise(description: "a line that nobody asked for")
            }
        }
        return commands
    }
}

import IMAP

/// Reads everything there is; the reader's outcomes in order, `needsMore` left out.
func outcomes(_ reader: inout CommandReader, _ input: [UInt8], split: Int = .max) -> [CommandReader.Outcome] {
    var found: [CommandReader.Outcome] = []
    var rest = input[...]
    while !rest.isEmpty {
        var piece = rest.prefix(split)
        rest = rest.dropFirst(piece.count)
        while !piece.isEmpty {
            let outcome = reader.read(&piece)
            if outcome != .needsMore { found.append(outcome) }
        }
    }
    return found
}

func outcomes(_ text: String, limits: CommandReader.Limits = CommandReader.Limits(message: 1000), split: Int = .max) -> [CommandReader
    .Outcome]
{
    var reader = CommandReader(limits: limits)
    return outcomes(&reader, Array(text.utf8), split: split)
}

/// Parses a command from its text (line end added), literals and all.
func command(_ text: String) throws -> TaggedCommand {
    var reader = CommandReader(limits: CommandReader.Limits(message: 100_000))
    for case .command(let found) in outcomes(&reader, Array((text + "\r\n").utf8)) { return try CommandTable.parse(found) }
    throw CommandError(tag: nil, error: .expected("a command"))
}

func parsed<Expected: IMAPCommand>(_ text: String, as type: Expected.Type = Expected.self) throws -> Expected {
    guard let found = try command("a " + text).command as? Expected else { throw CommandError(tag: nil, error: .unknownCommand) }
    return found
}

func error(_ text: String) -> SyntaxError? {
    do { _ = try command("a " + text) } catch { return (error as? CommandError)?.error }
    return nil
}

/// A small generator of numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

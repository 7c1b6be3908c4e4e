/// Frames commands: collects lines and literals (RFC 3501 §4.3, RFC 7888) from the octets as they come, in linear time and bounded memory.
///
/// Lines end with CRLF; a lone LF is taken as a line end too (no command can hold one elsewhere), a lone CR is not. NUL is refused
/// everywhere (RFC 3501 §9, note 3). What is too long is skipped up to the command's end and answered once, so the conversation stays in
/// step.
public struct CommandReader: Sendable {
    public struct Limits: Sendable, Equatable {
        /// Octets of a command without its literals.
        public var line: Int
        /// Octets of all literals of a command together, the message of an APPEND excepted.
        public var literal: Int
        /// Octets of the message of an APPEND; 0 where APPEND makes no sense yet.
        public var message: Int
        /// Octets of one non-synchronizing literal: 4096 where LITERAL- is announced (RFC 7888 §5), nil with LITERAL+.
        public var nonSynchronizing: Int?

        public init(line: Int = 64 * 1024, literal: Int = 64 * 1024, message: Int, nonSynchronizing: Int? = nil) {
            self.line = line
            self.literal = literal
            self.message = message
            self.nonSynchronizing = nonSynchronizing
        }
        /// Before login: 8 KiB, and no message.
        public static let beforeLogin = Limits(line: 8 * 1024, literal: 8 * 1024, message: 0)
    }

    public enum Outcome: Sendable, Equatable {
        case needsMore
        /// A synchronizing literal was announced and is welcome: answer `+`.
        case wantsLiteral
        case command(CommandText)
        /// The line that `expectLine()` asked for, without its line end.
        case line([UInt8])
        case refused(Refusal)
    }

    /// A command that is not read. Answer it and go on, unless `closes`.
    public struct Refusal: Sendable, Equatable {
        public let response: ConditionResponse
        public let closes: Bool

        /// All sessions together are sending more than there is room for.
        public static let tooMuchTogether = Refusal(
            response: ConditionResponse(
                tag: nil, .bye, .unavailable, text: "Too much mail is being received at the moment; please try again later"), closes: true)
    }

    private enum State { case line, literal(remaining: Int), skippedLiteral(remaining: UInt64) }

    private let limits: Limits
    private var state = State.line
    private var text: [UInt8] = []
    private var literals: [[UInt8]] = []
    private var literal: [UInt8] = []
    private var literalOctets = 0
    /// Octets of the literals that are complete.
    private var finishedOctets = 0
    private var wantsPlainLine = false
    /// Set once the command is lost: the rest of it is only skipped.
    private var refusal: ConditionResponse?
    private var skipped: UInt64 = 0
    /// More than this is not skipped politely; the connection ends.
    private static let skipLimit: UInt64 = 512 * 1024 * 1024

    public init(limits: Limits) { self.limits = limits }

    /// The next line is no command: base64 of AUTHENTICATE or `DONE` of IDLE.
    public mutating func expectLine() { wantsPlainLine = true }

    /// Octets that are collected for a command which is not complete yet.
    public var heldOctets: Int { finishedOctets + literal.count }

    /// True between two commands, with nothing collected.
    public var isAtStart: Bool {
        if case .line = state { return text.isEmpty && literals.isEmpty && refusal == nil }
        return false
    }

    /// Reads up to the end of one command and says how many octets it took; call again with the rest.
    public mutating func read(_ input: UnsafeRawBufferPointer, consumed: inout Int) -> Outcome {
        consumed = 0
        while consumed < input.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[consumed...])
            let outcome: Outcome
            switch state {
            case .line: outcome = readLine(rest, &consumed)
            case .literal(let remaining): outcome = readLiteral(rest, remaining, &consumed)
            case .skippedLiteral(let remaining):
                let step = Int(min(remaining, UInt64(rest.count)))
                consumed += step
                state = remaining == UInt64(step) ? .line : .skippedLiteral(remaining: remaining - UInt64(step))
                outcome = skip(step)
            }
            if outcome != .needsMore { return outcome }
        }
        return .needsMore
    }

    /// The same over a slice, from which it drops what it took.
    public mutating func read(_ input: inout ArraySlice<UInt8>) -> Outcome {
        var consumed = 0
        let outcome = input.withUnsafeBytes { read($0, consumed: &consumed) }
        input = input.dropFirst(consumed)
        return outcome
    }

    // MARK: Lines

    private mutating func readLine(_ rest: UnsafeRawBufferPointer, _ consumed: inout Int) -> Outcome {
        let end = rest.firstIndex(of: ByteClass.lineFeed)
        let count = end.map { $0 + 1 } ?? rest.count
        consumed += count
        let part = UnsafeRawBufferPointer(rebasing: rest[..<count])
        if refusal == nil {
            // Only up to the limit, so that the refusal is the same in whatever pieces the line comes.
            let fitting = part.prefix(max(0, limits.line - text.count))
            text.append(contentsOf: fitting)
            if fitting.contains(0) {
                refuse(.bad, nil, "NUL is not allowed")
            } else if fitting.count < count {
                refuse(.bad, .tooBig, "The command line is too long")
            }
            if refusal != nil { keepTail(of: UnsafeRawBufferPointer(rebasing: part[fitting.count...])) }
        } else {
            keepTail(of: part)
        }
        if refusal != nil, case .refused(let fatal) = skip(count) { return .refused(fatal) }
        guard end != nil else { return .needsMore }
        return lineEnded()
    }

    private mutating func lineEnded() -> Outcome {
        text.removeLast()
        if text.last == ByteClass.carriageReturn { text.removeLast() }
        if wantsPlainLine {
            defer { reset() }
            if let refusal { return .refused(Refusal(response: refusal, closes: false)) }
            return .line(text)
        }
        guard let mark = LiteralMark(endOf: text) else {
            if let refusal {
                reset()
                return .refused(Refusal(response: refusal, closes: false))
            }
            text += [ByteClass.carriageReturn, ByteClass.lineFeed]
            defer { reset() }
            return .command(CommandText(text: text, literals: literals))
        }
        return literalAnnounced(mark)
    }

    // MARK: Literals

    private mutating func literalAnnounced(_ mark: LiteralMark) -> Outcome {
        let isMessage = isMessageOfAppend(before: mark)
        if refusal == nil {
            let room = isMessage ? limits.message : limits.literal - literalOctets
            if mark.octets > UInt64(max(0, room)) || !mark.synchronizes && mark.octets > UInt64(limits.nonSynchronizing ?? .max) {
                refuse(mark.synchronizes ? .no : .bad, .tooBig, isMessage ? "The message is too big" : "The literal is too big")
            }
        }
        if let refusal {
            if mark.synchronizes {  // the client waits for `+` and gets the refusal instead: nothing follows
                reset()
                return .refused(Refusal(response: refusal, closes: false))
            }
            text = []
            state = mark.octets == 0 ? .line : .skippedLiteral(remaining: mark.octets)
            return mark.octets > CommandReader.skipLimit ? fatal() : .needsMore
        }
        text += [ByteClass.carriageReturn, ByteClass.lineFeed]
        literal = []
        literal.reserveCapacity(Int(mark.octets))
        if !isMessage { literalOctets += Int(mark.octets) }
        if mark.octets == 0 {
            literals.append([])
        } else {
            state = .literal(remaining: Int(mark.octets))
        }
        return mark.synchronizes ? .wantsLiteral : .needsMore
    }

    private mutating func readLiteral(_ rest: UnsafeRawBufferPointer, _ remaining: Int, _ consumed: inout Int) -> Outcome {
        let step = min(remaining, rest.count)
        let part = UnsafeRawBufferPointer(rebasing: rest[..<step])
        consumed += step
        if refusal == nil, part.contains(0) {
            refuse(.bad, nil, "NUL is not allowed in a literal")
            text = []
        }
        if refusal == nil { literal.append(contentsOf: part) }
        guard step == remaining else {
            state = refusal == nil ? .literal(remaining: remaining - step) : .skippedLiteral(remaining: UInt64(remaining - step))
            return .needsMore
        }
        state = .line
        if refusal == nil {
            literals.append(literal)
            finishedOctets += literal.count
            literal = []
        }
        return .needsMore
    }

    /// `tag APPEND mailbox … {n}`: any literal but the first argument may be the message.
    private func isMessageOfAppend(before mark: LiteralMark) -> Bool {
        guard let tagEnd = text.firstIndex(of: ByteClass.space) else { return false }
        let verb = text[(tagEnd + 1)...].prefix(7)
        return verb.equalsIgnoringCase("APPEND ") && text.count - mark.length > tagEnd + 8
    }

    // MARK: Refusing

    /// What was collected is let go; of the text the caller keeps what is still needed.
    private mutating func refuse(_ condition: ConditionResponse.Condition, _ code: ResponseCode?, _ why: String) {
        refusal = ConditionResponse(tag: CommandText.tag(of: text), condition, code, text: why)
        literals = []
        literal = []
        finishedOctets = 0
    }

    /// Of a line that is skipped only its end matters: a literal may be announced there.
    private mutating func keepTail(of part: UnsafeRawBufferPointer) {
        if part.count > LiteralMark.longest + 2 { text = [] }
        text.append(contentsOf: part.suffix(LiteralMark.longest + 2))
        if text.count > LiteralMark.longest + 2 { text.removeFirst(text.count - LiteralMark.longest - 2) }
    }

    private mutating func skip(_ count: Int) -> Outcome {
        skipped += UInt64(count)
        return skipped > CommandReader.skipLimit ? fatal() : .needsMore
    }

    private func fatal() -> Outcome {
        .refused(Refusal(response: ConditionResponse(tag: nil, .bye, .tooBig, text: "Too much data for one command"), closes: true))
    }

    private mutating func reset() {
        state = .line
        text = []
        literals = []
        literal = []
        literalOctets = 0
        finishedOctets = 0
        wantsPlainLine = false
        refusal = nil
        skipped = 0
    }
}

/// An SMTP or LMTP server without its socket: octets in, actions out. It cuts the octets into what the session expects.
///
///     while true {
///         while let action = server.next() { … perform it, and `answer` what is a question … }
///         … flush; read; server.feed(bytes) …
///     }
public struct SMTPServer: Sendable {
    private var session: SMTPSession
    private var unread: [UInt8] = []
    private var start = 0, searched = 0
    /// The rest of a line that was too long is being skipped.
    private var isSkipping = false
    private var actions: [SMTPSession.Action]
    private var performed = 0

    public init(_ configuration: SMTPServerConfiguration) {
        session = SMTPSession(configuration)
        actions = session.greeting()
    }

    public var isEncrypted: Bool { session.isEncrypted }
    /// What the client called itself, for whoever goes on with this session.
    public var clientName: String? { session.clientName }
    /// True while a message is coming in: the client may be slower then (RFC 5321 §4.5.3.2.5).
    public var isReceivingMessage: Bool { session.expectation == .content }

    // MARK: Octets

    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        // A message goes straight to where it is kept.
        while start == unread.count, performed == actions.count, session.expectation == .content, !rest.isEmpty {
            var consumed = 0
            act(session.receiveContent(rest, consumed: &consumed))
            rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
        }
        compact()
        unread.append(contentsOf: rest)
    }

    public mutating func feed(_ bytes: [UInt8]) { bytes.withUnsafeBytes { feed($0) } }

    /// What the client sent behind the command that ended this session's part, for whoever goes on with it.
    public mutating func takeUnread() -> [UInt8] {
        defer { discardUnread() }
        return Array(unread[start...])
    }

    // MARK: Actions

    /// What is to be done next; nil when more octets are needed, or an answer.
    public mutating func next() -> SMTPSession.Action? {
        while performed == actions.count {
            guard advance() else { return nil }
        }
        defer { performed += 1 }
        let action = actions[performed]
        // What was sent behind STARTTLS in the clear is not taken for what comes under TLS (RFC 3207 §4.2).
        if case .startTLS = action { discardUnread() }
        if case .deliver = action { actions[performed] = .abandon }  // so the message is not held twice
        return action
    }

    public mutating func answer(_ event: SMTPSession.Event) { act(session.receive(event)) }

    private mutating func act(_ more: [SMTPSession.Action]) {
        if performed == actions.count {
            actions = more
            performed = 0
        } else {
            actions += more
        }
    }

    /// Gives the session its next piece. False when there is none yet.
    private mutating func advance() -> Bool {
        switch session.expectation {
        case .nothing, .end: return false
        case .content:
            guard start < unread.count else { return false }
            var consumed = 0
            let more = unread[start...].withUnsafeBytes { session.receiveContent($0, consumed: &consumed) }
            start += consumed
            searched = start
            act(more)
            return true
        case .command:
            guard let line = nextLine(limit: SMTPCommand.authLineLimit) else { return false }
            do throws(SMTPSyntaxError) {
                act(session.receive(.command(try SMTPCommand(parsing: try line.get()))))
            } catch {
                act(session.receive(.syntaxError(error)))
            }
            return true
        case .authenticationLine:
            guard let line = nextLine(limit: SMTPCommand.authLineLimit) else { return false }
            switch line {
            case .success(let line): act(session.receive(.authenticationLine(Array(line))))
            // What is too long is no base 64 either; the exchange ends.
            case .failure: act(session.receive(.authenticationLine([])))
            }
            return true
        }
    }

    // MARK: Lines

    /// The next line without its CRLF. A line that is too long is skipped to its end.
    private mutating func nextLine(limit: Int) -> Result<ArraySlice<UInt8>, SMTPSyntaxError>? {
        while let newline = unread[searched...].firstIndex(of: 10) {
            let line = unread[start..<newline]
            start = newline + 1
            searched = start
            if isSkipping {
                isSkipping = false
                return .failure(.lineTooLong)
            }
            guard line.count <= limit + 1 else { return .failure(.lineTooLong) }
            guard line.last == 13, !line.dropLast().contains(13) else { return .failure(.badLineEnd) }
            return .success(line.dropLast())
        }
        searched = unread.count
        // The last octet may be the CR of a line that is just short enough.
        if searched - start > limit + 1 { isSkipping = true }
        if isSkipping { discardUnread() }
        return nil
    }

    private mutating func discardUnread() {
        unread.removeAll(keepingCapacity: false)
        start = 0
        searched = 0
    }

    private mutating func compact() {
        guard start > 0 else { return }
        unread.removeSubrange(..<start)
        searched -= start
        start = 0
    }
}

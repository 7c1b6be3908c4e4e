/// MAIL, RCPT, DATA and BDAT: the mail transaction (RFC 5321 §3.3, RFC 3030).
extension SMTPSession {
    mutating func begin(_ mail: MailCommand) -> [Action] {
        switch state {
        case .ready: break
        case .connected: return refuse(configuration.door == .lmtp ? .greetFirst("LHLO") : .greetFirst("EHLO"))
        default: return refuse(.nestedMail)
        }
        if configuration.door == .submission, !isAuthenticated {
            return refuse(!isEncrypted && configuration.offersStartTLS && !configuration.allowsPlaintextLogin ? .encryptFirst : .logInFirst)
        }
        if let reply = objection(to: mail) { return refuse(reply) }
        envelope = SMTPEnvelope(mail: mail, clientName: clientName ?? "", isExtended: isExtended)
        state = .waiting
        return [.checkSender(mail)]
    }

    private func objection(to mail: MailCommand) -> Reply? {
        if mail.deliveryID != nil, !configuration.door.isInner { return .syntaxError(.unknownParameter("XDELIVERYID")) }
        if mail.isFirstAttempt, !configuration.door.isInner { return .syntaxError(.unknownParameter("XFIRSTATTEMPT")) }
        if mail.submittedBy != nil, !configuration.door.isInner { return .syntaxError(.unknownParameter("XSUBMITTEDBY")) }
        if !configuration.offersDSN {
            if mail.ret != nil { return .syntaxError(.unknownParameter("RET")) }
            if mail.envelopeID != nil { return .syntaxError(.unknownParameter("ENVID")) }
        }
        if mail.reversePath.needsUTF8, !mail.usesUTF8 { return .senderNeedsSMTPUTF8 }
        if let size = mail.size, size > configuration.maximumMessageSize {
            return .refused(.tooLarge(limit: configuration.maximumMessageSize))
        }
        return nil
    }

    mutating func finishMail(_ refusal: Reply?) -> [Action] {
        guard envelope != nil, asked == nil else { return [] }
        guard let refusal else {
            state = .mail
            return [.reply(.senderAccepted)]
        }
        forgetTransaction()
        return [.reply(refusal)]
    }

    mutating func add(_ recipient: RcptCommand) -> [Action] {
        guard let envelope else { return refuse(.mailFirst) }
        if !configuration.offersDSN {
            if recipient.notify != nil { return refuse(.syntaxError(.unknownParameter("NOTIFY"))) }
            if recipient.originalRecipient != nil { return refuse(.syntaxError(.unknownParameter("ORCPT"))) }
        }
        if recipient.path.needsUTF8, !envelope.mail.usesUTF8 { return refuse(.recipientNeedsSMTPUTF8) }
        // RFC 5321 §4.5.3.1.10: 452, so that the client sends the others in another transaction.
        guard envelope.recipients.count < configuration.maximumRecipients else {
            overshoot += 1
            return overshoot <= configuration.maximumOvershoot ? [.reply(.tooManyRecipients)] : refuse(.tooManyRecipients)
        }
        guard content == nil else { return refuse(.badSequence) }
        asked = recipient
        state = .waiting
        return [.checkRecipient(recipient)]
    }

    mutating func finishRcpt(_ refusal: Reply?) -> [Action] {
        guard let recipient = asked else { return [] }
        asked = nil
        if refusal == nil { envelope?.recipients.append(recipient) }
        state = envelope?.recipients.isEmpty == false ? .collecting : .mail
        guard let refusal else { return [.reply(.recipientAccepted)] }
        return [.reply(refusal)] + countRefusedRecipient()
    }

    // MARK: The message

    /// Why no message may come now; nil if one may.
    private var messageObjection: Reply? {
        switch state {
        case .collecting: nil
        // RFC 2033 §4.2 has 503 for LMTP; RFC 5321 §3.3 has 554 as well, which says more.
        case .mail: configuration.door == .lmtp ? .badSequence : .noRecipients
        default: .mailFirst
        }
    }

    mutating func startData() -> [Action] {
        if let reply = messageObjection { return refuse(reply) }
        // RFC 3030 §2: DATA after BDAT is an error.
        guard content == nil else { return refuse(.badSequence) }
        content = MessageContent(limit: configuration.maximumMessageSize, expected: envelope?.mail.size)
        wastedOctets = 0
        chunkRefusal = nil
        decoder = DataDecoder()
        state = .content
        return [.reply(.startMessage)]
    }

    /// The octets follow the command at once, and must be read whether they are wanted or not (RFC 3030 §2).
    mutating func startChunk(_ size: Int, isLast: Bool) -> [Action] {
        if content == nil { wastedOctets = 0 }
        if messageObjection == nil, content == nil {
            content = MessageContent(limit: configuration.maximumMessageSize, expected: envelope?.mail.size ?? Int64(size))
        }
        chunkRefusal = messageObjection
        stateAfterChunk = state
        state = .chunk(left: size, isLast: isLast)
        return size == 0 ? endChunk(isLast: isLast) : []
    }

    /// Takes octets of the message, or of the chunk, as far as it goes.
    /// - Parameter consumed: how many were taken.
    public mutating func receiveContent(_ bytes: UnsafeRawBufferPointer, consumed: inout Int) -> [Action] {
        switch state {
        case .content:
            consumed = bytes.count
            guard var content = content.take() else { return [] }
            consumed = decoder.decode(bytes, into: &content)
            self.content = content
            if let actions = giveUpOnWaste() { return actions }
            return decoder.hasEnded ? endMessage() : []
        case .chunk(let left, let isLast):
            consumed = min(left, bytes.count)
            if chunkRefusal == nil {
                content?.appendChecked(UnsafeRawBufferPointer(rebasing: bytes[..<consumed]))
            } else {
                wastedOctets += Int64(consumed)
            }
            state = .chunk(left: left - consumed, isLast: isLast)
            if let actions = giveUpOnWaste() { return actions }
            return left == consumed ? endChunk(isLast: isLast) : []
        default:
            consumed = 0
            return []
        }
    }

    /// A client that goes on and on with what is not wanted is not listened to for ever.
    private mutating func giveUpOnWaste() -> [Action]? {
        guard wastedOctets > configuration.maximumMessageSize || content?.isHopeless == true else { return nil }
        return giveUp(.refused(.tooLarge(limit: configuration.maximumMessageSize)))
    }

    private mutating func endChunk(isLast: Bool) -> [Action] {
        state = stateAfterChunk
        if let refusal = chunkRefusal { return refuse(refusal) }
        if isLast { return endMessage() }
        // A chunk that cannot be taken is refused at once; so are all after it, until RSET (RFC 3030 §2).
        if let defect = content?.defect { return [.reply(.refused(defect))] }
        return [.reply(.chunkAccepted)]
    }

    private mutating func endMessage() -> [Action] {
        guard var content = content.take(), let envelope else { return [] }
        self.content = nil
        content.finish(maximumHops: configuration.maximumHops)
        guard let defect = content.defect else {
            state = .waiting
            return [.deliver(envelope, content.bytes)]
        }
        let replies = repliesToMessage([.refused(defect)], recipients: envelope.recipients.count)
        return replies + abandonTransaction()
    }

    mutating func finishDelivery(_ replies: [Reply]) -> [Action] {
        guard let envelope, asked == nil else { return [] }
        forgetTransaction()
        forgetIdleCommands()
        return repliesToMessage(replies, recipients: envelope.recipients.count)
    }

    /// One reply, or at the LMTP door one for each recipient (RFC 2033 §4.2); what is missing is a fault of ours.
    private func repliesToMessage(_ replies: [Reply], recipients: Int) -> [Action] {
        guard configuration.door == .lmtp else { return [.reply(replies.first ?? .localError)] }
        if replies.count == 1 { return Array(repeating: .reply(replies[0]), count: recipients) }
        return (0..<recipients).map { .reply($0 < replies.count ? replies[$0] : .localError) }
    }
}

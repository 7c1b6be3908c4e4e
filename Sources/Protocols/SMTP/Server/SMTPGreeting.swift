/// HELO, EHLO, LHLO and STARTTLS: what the two sides call themselves, and what is offered.
extension SMTPSession {
    mutating func greet(_ command: SMTPCommand, _ name: String) -> [Action] {
        let isLHLO = if case .lhlo = command { true } else { false }
        // RFC 2033 §4.1: an LMTP server takes LHLO only, an SMTP server takes it not at all.
        guard isLHLO == (configuration.door == .lmtp) else { return refuse(.notImplemented(isLHLO ? "LHLO" : "HELO")) }
        let abandoned = abandonTransaction()
        clientName = name
        state = .ready
        if case .helo = command {
            isExtended = false
            return abandoned + [.reply(Reply(250, nil, configuration.hostname))]
        }
        isExtended = true
        return abandoned + [.reply(Reply(250, nil, lines: [configuration.hostname] + offeredExtensions))]
    }

    /// The keywords of the EHLO reply, as they hold now.
    public var offeredExtensions: [String] {
        var keywords = [
            "PIPELINING", "SIZE \(configuration.maximumMessageSize)", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES",
        ]
        if configuration.offersDSN { keywords.append("DSN") }
        if configuration.offersStartTLS, !isEncrypted { keywords.append("STARTTLS") }
        if offersAuthentication { keywords.append("AUTH " + configuration.mechanisms.map(\.rawValue).joined(separator: " ")) }
        if configuration.door.isInner { keywords.append("XDELIVERYID") }
        return keywords
    }

    mutating func startTLS() -> [Action] {
        if isEncrypted { return refuse(.alreadyEncrypted) }
        guard configuration.offersStartTLS else { return refuse(.notImplemented("STARTTLS")) }
        let abandoned = abandonTransaction()
        state = .waiting
        return abandoned + [.reply(.readyForTLS), .startTLS]
    }

    /// Nothing that was said in the clear counts any more (RFC 3207 §4.2).
    mutating func resetForTLS() -> [Action] {
        isEncrypted = true
        clientName = nil
        isExtended = false
        state = .connected
        return []
    }
}

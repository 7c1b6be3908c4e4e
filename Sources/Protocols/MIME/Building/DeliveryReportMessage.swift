extension DeliveryReport {
    /// The notification as a message with CRLF line ends: multipart/report (RFC 3462) of a text for people, the machine's
    /// fields (RFC 3464 §2) and what is returned of the message.
    public var message: [UInt8] {
        var header = HeaderWriter()
        header.field("Date", date.formatted)
        header.field("From", "Mail Delivery System <MAILER-DAEMON@\(reportingMTA)>")
        header.field("To", sender)
        header.field("Subject", subject)
        header.field("Message-ID", messageID)
        header.field("Auto-Submitted", "auto-replied")
        header.field("MIME-Version", "1.0")
        let reportType = needsUTF8 ? "global-delivery-status" : "delivery-status"
        header.field("Content-Type", "multipart/report; report-type=\(reportType); boundary=\"\(boundary)\"")
        if needsEightBit { header.field("Content-Transfer-Encoding", "8bit") }
        header.end()
        let opening = Array("--\(boundary)\r\n".utf8), lineEnd = Array("\r\n".utf8)
        var message = header.bytes
        message += opening + humanPart + lineEnd
        message += opening + statusPart + lineEnd
        message += opening + returnedPart + lineEnd
        message += Array("--\(boundary)--\r\n".utf8)
        return message
    }

    private var needsEightBit: Bool {
        needsUTF8 || !Self.isASCII(returnedBytes) || recipients.contains { !Self.isASCII(Array($0.explanation.utf8)) }
    }

    private var returnedBytes: [UInt8] {
        switch returned {
        case .header(let bytes), .full(let bytes): bytes
        }
    }

    private var subject: String {
        if recipients.contains(where: { $0.action == .failed }) { return "Undelivered mail returned to sender" }
        if recipients.contains(where: { $0.action == .delayed }) { return "Delivery of your mail is delayed" }
        return "Your mail was delivered"
    }

    private var humanPart: [UInt8] {
        var text = "This is the mail system at \(reportingMTA).\r\n\r\n"
        for (action, words) in Self.openings where recipients.contains(where: { $0.action == action }) {
            text += words + "\r\n\r\n"
            for recipient in recipients where recipient.action == action {
                let address = String(decoding: recipient.final.filter { $0 >= 32 }, as: UTF8.self)
                let explanation = String(decoding: recipient.explanation.utf8.filter { $0 >= 32 }, as: UTF8.self)
                text += "  <\(address)>\r\n    \(explanation)\r\n\r\n"
            }
        }
        var part = HeaderWriter()
        part.field("Content-Type", "text/plain; charset=utf-8")
        part.field("Content-Transfer-Encoding", Self.isASCII(Array(text.utf8)) ? "7bit" : "8bit")
        part.end()
        return part.bytes + Array(text.utf8)
    }

    private static let openings: [(Action, String)] = [
        (.failed, "Your message could not be delivered to:"),
        (.delayed, "Your message could not be delivered yet; you need not send it again. Recipients:"),
        (.delivered, "Your message was delivered to:"),
        (.relayed, "Your message was passed on, to a system that sends no further notice, for:"),
        (.expanded, "Your message was delivered to the members of:"),
    ]

    private var statusPart: [UInt8] {
        var part = HeaderWriter()
        part.field("Content-Type", needsUTF8 ? "message/global-delivery-status" : "message/delivery-status")
        if needsUTF8 { part.field("Content-Transfer-Encoding", "8bit") }
        part.end()
        // Per-message fields: RFC 3464 §2.2.
        if let envelopeID { part.field("Original-Envelope-Id", envelopeID) }
        part.field("Reporting-MTA", "dns; \(reportingMTA)")
        part.field("Arrival-Date", arrival.formatted)
        for recipient in recipients {
            part.end()
            write(recipient, to: &part)
        }
        return part.bytes
    }

    /// Per-recipient fields: RFC 3464 §2.3.
    private func write(_ recipient: Recipient, to part: inout HeaderWriter) {
        if let original = recipient.original { part.field("Original-Recipient", original) }
        let type = Self.isASCII(recipient.final) ? "rfc822; " : "utf-8; "
        part.field("Final-Recipient", Array(type.utf8) + recipient.final)
        part.field("Action", recipient.action.rawValue)
        part.field("Status", recipient.status)
        if let remote = recipient.remoteMTA { part.field("Remote-MTA", "dns; \(remote)") }
        if let diagnostic = recipient.diagnostic { part.field("Diagnostic-Code", Array("smtp; ".utf8) + diagnostic) }
        if let lastAttempt = recipient.lastAttempt { part.field("Last-Attempt-Date", lastAttempt.formatted) }
    }

    private var returnedPart: [UInt8] {
        var part = HeaderWriter()
        switch returned {
        case .header: part.field("Content-Type", needsUTF8 ? "message/global-headers" : "text/rfc822-headers")  // RFC 3462 §2
        case .full: part.field("Content-Type", needsUTF8 ? "message/global" : "message/rfc822")
        }
        if !Self.isASCII(returnedBytes) { part.field("Content-Transfer-Encoding", "8bit") }
        part.end()
        return part.bytes + returnedBytes
    }
}

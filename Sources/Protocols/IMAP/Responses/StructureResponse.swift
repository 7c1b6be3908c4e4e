import MIME

extension ResponseWriter {
    /// `envelope` (RFC 3501 §7.4.2 and §9).
    public mutating func envelope(_ envelope: Envelope) {
        text("(")
        nstring(envelope.date)
        text(" ")
        nstring(envelope.subject)
        for addresses in [envelope.from, envelope.sender, envelope.replyTo, envelope.to, envelope.cc, envelope.bcc] {
            text(" ")
            addressList(addresses)
        }
        text(" ")
        nstring(envelope.inReplyTo)
        text(" ")
        nstring(envelope.messageID)
        text(")")
    }

    private mutating func addressList(_ addresses: [EnvelopeAddress]) {
        guard !addresses.isEmpty else { return text("NIL") }
        text("(")
        for address in addresses {
            text("(")
            nstring(address.name)
            text(" ")
            nstring(address.route)
            text(" ")
            nstring(address.mailbox)
            text(" ")
            nstring(address.host)
            text(")")
        }
        text(")")
    }

    /// `body`: with its extension data for BODYSTRUCTURE, without for BODY (RFC 3501 §7.4.2).
    public mutating func body(_ body: BodyStructure, extensible: Bool) {
        text("(")
        switch body.content {
        case .multipart(let parts):
            for part in parts { self.body(part, extensible: extensible) }
            text(" ")
            string(body.type.subtype)
            if extensible {
                text(" ")
                parameters(body.type.parameters)
                dispositionAndBehind(body)
            }
        case .basic where body.type.isMessage || body.type.isMultipart || body.type.isText:
            // The grammar wants more of these types than is known of this one, which lies too deep or is broken.
            onePart(body, type: .octetStream)
            if extensible { extensionOfPart(body) }
        case .basic:
            onePart(body, type: body.type)
            if extensible { extensionOfPart(body) }
        case .text(let lines):
            onePart(body, type: body.type)
            text(" \(lines)")
            if extensible { extensionOfPart(body) }
        case .message(let envelope, let inner, let lines):
            onePart(body, type: body.type)
            text(" ")
            self.envelope(envelope)
            text(" ")
            self.body(inner, extensible: extensible)
            text(" \(lines)")
            if extensible { extensionOfPart(body) }
        }
        text(")")
    }

    /// Type, subtype and body-fields.
    private mutating func onePart(_ body: BodyStructure, type: ContentType) {
        string(type.type)
        text(" ")
        string(type.subtype)
        text(" ")
        parameters(body.type.parameters)
        text(" ")
        nstring(body.id)
        text(" ")
        nstring(body.description)
        text(" ")
        string(body.encoding)
        text(" \(body.octets)")
    }

    private mutating func parameters(_ parameters: [Parameter]) {
        guard !parameters.isEmpty else { return text("NIL") }
        list(parameters) { output, parameter in
            output.string(parameter.name)
            output.text(" ")
            output.string(parameter.value)
        }
    }

    private mutating func extensionOfPart(_ body: BodyStructure) {
        text(" ")
        nstring(body.md5)
        dispositionAndBehind(body)
    }

    private mutating func dispositionAndBehind(_ body: BodyStructure) {
        text(" ")
        if let disposition = body.disposition {
            text("(")
            string(disposition.type)
            text(" ")
            parameters(disposition.parameters)
            text(")")
        } else {
            text("NIL")
        }
        text(" ")
        if body.languages.isEmpty { text("NIL") } else { list(body.languages) { output, language in output.string(language) } }
        text(" ")
        nstring(body.location)
    }
}

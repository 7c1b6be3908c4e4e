import Glibc
import MIME
import Runtime
import SMTP

/// The Received field that a message gets here (RFC 5321 §4.4; `with` keywords of RFC 3848 and RFC 6531 §3.7.3).
struct ReceivedField {
    let envelope: SMTPEnvelope
    let client: Peer
    let tlsVersion: String?
    let hostname: String
    let delivery: DeliveryID

    var bytes: [UInt8] {
        var text = "Received: from \(envelope.clientName) (\(addressLiteral))\r\n by \(hostname) with \(keyword) id \(delivery)"
        if let tlsVersion { text += "\r\n (\(tlsVersion))" }
        // With more recipients, naming them would tell each of the others (RFC 5321 §7.2).
        if envelope.recipients.count == 1, let only = envelope.recipients.first { text += "\r\n for <\(only.path)>" }
        let now = DateTime(secondsSince1970: Int64(time(nil)))
        return Array((text + ";\r\n ").utf8) + now.formatted + [13, 10]
    }

    private var keyword: String {
        let secured = tlsVersion == nil ? "" : "S"
        if envelope.mail.usesUTF8 { return "UTF8SMTP" + secured }
        return envelope.isExtended ? "ESMTP" + secured : "SMTP"
    }

    private var addressLiteral: String {
        guard case .internet(let address, _, _, _) = client else { return "[127.0.0.1]" }
        return address.contains(":") ? "[IPv6:\(address)]" : "[\(address)]"
    }
}

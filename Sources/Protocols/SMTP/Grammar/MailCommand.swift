/// `MAIL FROM:<reverse-path> [parameters]` (RFC 5321 §4.1.1.2).
public struct MailCommand: Sendable, Hashable {
    /// `BODY=` (RFC 6152).
    public enum Body: String, Sendable { case sevenBit = "7BIT", eightBit = "8BITMIME" }
    /// `RET=` (RFC 3461 §4.3): what of the message a failure notice returns.
    public enum Return: String, Sendable { case full = "FULL", headers = "HDRS" }

    public var reversePath: ReversePath
    /// `SIZE=` (RFC 1870 §4), in octets: how large the client says that its message is. What does not fit is `Int64.max`.
    public var size: Int64?
    public var body: Body?
    /// `SMTPUTF8` (RFC 6531 §3.4).
    public var usesUTF8: Bool
    public var ret: Return?
    /// `ENVID=` (RFC 3461 §4.4), decoded from xtext.
    public var envelopeID: String?
    /// `AUTH=` (RFC 4954 §5), decoded from xtext; kept, and trusted by nobody.
    public var submitter: String?
    /// `XDELIVERYID=`, on inner doors only: the same for each attempt to hand this message over.
    public var deliveryID: DeliveryID?
    /// `XFIRSTATTEMPT`, on inner doors only: no earlier attempt was made under this id, so nobody has to look for its traces.
    public var isFirstAttempt: Bool
    /// `XSUBMITTEDBY=`, on inner doors only: the number of the user who handed the message in, of the tenant whose worker says so or
    /// hears it.
    public var submittedBy: Int64?

    public init(
        reversePath: ReversePath, size: Int64? = nil, body: Body? = nil, usesUTF8: Bool = false, ret: Return? = nil,
        envelopeID: String? = nil, submitter: String? = nil, deliveryID: DeliveryID? = nil, isFirstAttempt: Bool = false,
        submittedBy: Int64? = nil
    ) {
        self.reversePath = reversePath
        self.size = size
        self.body = body
        self.usesUTF8 = usesUTF8
        self.ret = ret
        self.envelopeID = envelopeID
        self.submitter = submitter
        self.deliveryID = deliveryID
        self.isFirstAttempt = isFirstAttempt
        self.submittedBy = submittedBy
    }
}

extension MailCommand {
    init(parsing scanner: inout ByteScanner) throws(SMTPSyntaxError) {
        guard scanner.skip(text: "FROM:") else { throw .badArguments("MAIL FROM:<address>") }
        // A space behind the colon is against RFC 5321 §3.3, and common.
        _ = scanner.take { $0 == 32 }
        guard let path = scanner.reversePath() else { throw .badSenderAddress }
        self.init(reversePath: path)
        for parameter in try ESMTPParameter.list(from: &scanner) { try apply(parameter) }
    }

    private mutating func apply(_ parameter: ESMTPParameter) throws(SMTPSyntaxError) {
        switch parameter.keyword {
        case "SIZE": size = try parameter.value { decimal($0) }
        case "BODY": body = try parameter.value { Body(rawValue: String(decoding: $0.map(\.asciiUppercased), as: UTF8.self)) }
        case "SMTPUTF8":
            guard parameter.rawValue == nil else { throw .badParameter("SMTPUTF8") }
            usesUTF8 = true
        case "RET": ret = try parameter.value { Return(rawValue: String(decoding: $0.map(\.asciiUppercased), as: UTF8.self)) }
        case "ENVID": envelopeID = try parameter.value { $0.count <= 100 ? XText.decode($0) : nil }
        case "AUTH": submitter = try parameter.value { $0.count <= 500 ? XText.decode($0) : nil }
        case "XDELIVERYID": deliveryID = try parameter.value { DeliveryID(hexadecimal: $0) }
        case "XFIRSTATTEMPT":
            guard parameter.rawValue == nil else { throw .badParameter("XFIRSTATTEMPT") }
            isFirstAttempt = true
        case "XSUBMITTEDBY": submittedBy = try parameter.value { decimal($0) }
        default: throw .unknownParameter(parameter.keyword)
        }
    }

    /// The line with its CRLF. Parameters that the peer does not offer are left out by the caller.
    public var line: String {
        var text = "MAIL FROM:<\(reversePath)>"
        if let size { text += " SIZE=\(size)" }
        if let body { text += " BODY=\(body.rawValue)" }
        if usesUTF8 { text += " SMTPUTF8" }
        if let ret { text += " RET=\(ret.rawValue)" }
        if let envelopeID { text += " ENVID=\(XText.encode(envelopeID))" }
        if let submitter { text += " AUTH=\(XText.encode(submitter))" }
        if let deliveryID { text += " XDELIVERYID=\(deliveryID)" }
        if isFirstAttempt { text += " XFIRSTATTEMPT" }
        if let submittedBy { text += " XSUBMITTEDBY=\(submittedBy)" }
        return text + "\r\n"
    }
}

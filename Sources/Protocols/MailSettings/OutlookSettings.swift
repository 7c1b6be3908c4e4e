/// The settings of mail programs as Outlook asks for them: Autodiscover in "plain old XML" ([MS-OXDSCLI]).
public enum OutlookSettings {
    /// - Parameter address: whose login name is told; nil leaves it to the program, which takes the address.
    public static func xml(host: String, services: [OfferedService], address: String?) -> String {
        // A program takes the first of each kind.
        let best = [OfferedService.Kind.imap, .pop3, .smtp].compactMap { kind in services.first { $0.kind == kind } }
        return """
            <?xml version="1.0" encoding="utf-8"?>
            <Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
              <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
                <Account>
                  <AccountType>email</AccountType>
                  <Action>settings</Action>
            \(best.map { server($0, host: host, address: address) }.joined(separator: "\n"))
                </Account>
              </Response>
            </Autodiscover>

            """
    }

    private static func server(_ service: OfferedService, host: String, address: String?) -> String {
        let login = address.map { "\n        <LoginName>\(XMLText.escaped($0))</LoginName>" } ?? ""
        let ofSMTP = service.kind == .smtp ? "\n        <UsePOPAuth>on</UsePOPAuth>\n        <SMTPLast>off</SMTPLast>" : ""
        return """
                  <Protocol>
                    <Type>\(service.kind.rawValue.uppercased())</Type>
                    <Server>\(XMLText.escaped(host))</Server>
                    <Port>\(service.port)</Port>
                    <DomainRequired>off</DomainRequired>\(login)
                    <SPA>off</SPA>
                    <SSL>on</SSL>
                    <Encryption>\(service.isImplicitTLS ? "SSL" : "TLS")</Encryption>
                    <AuthRequired>on</AuthRequired>\(ofSMTP)
                  </Protocol>
            """
    }

    /// What a program asks with.
    public static func request(of address: String) -> String {
        let answer = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
        return """
            <?xml version="1.0" encoding="utf-8"?>
            <Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
              <Request>
                <EMailAddress>\(XMLText.escaped(address))</EMailAddress>
                <AcceptableResponseSchema>\(answer)</AcceptableResponseSchema>
              </Request>
            </Autodiscover>

            """
    }

    /// The text of the one element of a request that counts, `EMailAddress`; nil when there is none, or it is no address.
    ///
    /// Nothing else of the document is read. One with a DTD, a comment or a CDATA section, as no program sends, has none.
    public static func address(inRequest body: [UInt8]) -> String? {
        let blanks = " \t\r\n".utf8
        // Each piece is a tag without its first sign, and the text behind it.
        for (place, piece) in body.split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: false).enumerated() where place > 0 {
            guard let end = piece.firstIndex(of: UInt8(ascii: ">")), piece.first != UInt8(ascii: "!") else { return nil }
            let name = piece[..<end].prefix { !blanks.contains($0) }
            let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
            guard local.elementsEqual("EMailAddress".utf8) else { continue }
            return XMLText.unescaped(piece[(end + 1)...]).flatMap(wellFormed)
        }
        return nil
    }

    private static func wellFormed(_ text: [UInt8]) -> String? {
        let isBlank: (UInt8) -> Bool = { " \t\r\n".utf8.contains($0) }
        let address = Array(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
        // RFC 5321 §4.5.3.1: 64 octets, the at sign, 255 octets. Domains are hosted in their ASCII form.
        guard let at = address.lastIndex(of: UInt8(ascii: "@")), at > 0, at + 1 < address.count, address.count <= 320,
            address.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return String(decoding: address, as: UTF8.self)
    }
}

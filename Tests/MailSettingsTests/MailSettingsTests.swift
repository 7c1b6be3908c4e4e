import MailSettings
import Testing

@Suite("What is told of a domain") struct MailSettingsTests {
    static let policies: [(MTASTSMode, String)] = [
        (.off, "version: STSv1\r\nmode: none\r\nmx: mail.host.example\r\nmax_age: 86400\r\n"),
        (.testing, "version: STSv1\r\nmode: testing\r\nmx: mail.host.example\r\nmax_age: 86400\r\n"),
        (.enforce, "version: STSv1\r\nmode: enforce\r\nmx: mail.host.example\r\nmax_age: 1209600\r\n"),
    ]
    @Test("A policy on TLS names the mail host (RFC 8461 §3.2)", arguments: policies) func policy(mode: MTASTSMode, text: String) {
        #expect(MTASTSPolicy(mode: mode, mailHost: "mail.host.example").text == text)
    }

    static let ports = ["smtp": 25, "imaps": 993, "imap": 143, "pop3s": 995, "submissions": 465, "submission": 587]
    @Test("The better way of a service comes first, and what is not offered is not told") func services() {
        #expect(
            OfferedService.all(at: Self.ports).map { "\($0.kind.rawValue) \($0.port) \($0.isImplicitTLS)" } == [
                "imap 993 true", "imap 143 false", "pop3 995 true", "smtp 465 true", "smtp 587 false",
            ])
    }

    @Test("Thunderbird's form has the servers in their order") func thunderbird() {
        let xml = ThunderbirdSettings(
            domain: "acme.example", host: "mail.host.example", services: OfferedService.all(at: ["imap": 10143, "submissions": 10465])
        ).xml
        #expect(
            xml == """
                <?xml version="1.0" encoding="UTF-8"?>
                <clientConfig version="1.1">
                  <emailProvider id="acme.example">
                    <domain>acme.example</domain>
                    <displayName>acme.example</displayName>
                    <displayShortName>acme.example</displayShortName>
                    <incomingServer type="imap">
                      <hostname>mail.host.example</hostname>
                      <port>10143</port>
                      <socketType>STARTTLS</socketType>
                      <username>%EMAILADDRESS%</username>
                      <authentication>password-cleartext</authentication>
                    </incomingServer>
                    <outgoingServer type="smtp">
                      <hostname>mail.host.example</hostname>
                      <port>10465</port>
                      <socketType>SSL</socketType>
                      <username>%EMAILADDRESS%</username>
                      <authentication>password-cleartext</authentication>
                    </outgoingServer>
                  </emailProvider>
                </clientConfig>

                """)
    }

    static func request(_ element: String) -> String {
        """
        <?xml version="1.0" encoding="utf-8"?>
        <Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>
        \(element)
        <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>
        </Request></Autodiscover>
        """
    }
    static let requests: [(String, String?)] = [
        ("<EMailAddress>ann@acme.example</EMailAddress>", "ann@acme.example"),
        ("<a:EMailAddress a:b='c'>\r\n ann@acme.example \t</a:EMailAddress>", "ann@acme.example"),
        ("<EMailAddress>a&amp;b&apos;c@acme.example</EMailAddress>", "a&b'c@acme.example"),
        ("<EMailAddress>a&#38;b@acme.example</EMailAddress>", nil), ("<EMailAddress>a&b;@acme.example</EMailAddress>", nil),
        ("<EMailAddress/>", nil), ("<EMailAddress></EMailAddress>", nil), ("<EMailAddress>@acme.example</EMailAddress>", nil),
        ("<EMailAddress>ann@</EMailAddress>", nil), ("<EMailAddress>an n@acme.example</EMailAddress>", nil),
        ("<EMailAddress>\u{E9}@acme.example</EMailAddress>", nil), ("<email>ann@acme.example</email>", nil),
        ("<!-- x --><EMailAddress>ann@acme.example</EMailAddress>", nil), ("<EMailAddress", nil), ("", nil),
        ("<!DOCTYPE x [<!ENTITY e 'y'>]><EMailAddress>&e;@acme.example</EMailAddress>", nil),
        ("<EMailAddress><![CDATA[ann@acme.example]]></EMailAddress>", nil),
        ("<EMailAddress>\(String(repeating: "a", count: 320))@acme.example</EMailAddress>", nil),
    ]
    @Test("Of Outlook's request the address counts, and nothing else", arguments: requests)
    func outlook(element: String, address: String?) {
        #expect(OutlookSettings.address(inRequest: Array(Self.request(element).utf8)) == address)
    }

    @Test("What is repeated of a request is escaped") func escaping() {
        let services = OfferedService.all(at: Self.ports)
        let address = "<&\">'<\u{301}&\u{20D0}@acme.example"
        let xml = OutlookSettings.xml(host: "mail.host.example", services: services, address: address)
        #expect(xml.contains("<LoginName>&lt;&amp;&quot;&gt;&apos;&lt;\u{301}&amp;\u{20D0}@acme.example</LoginName>"))
        #expect(xml.components(of: "<Protocol>") == 3 && xml.components(of: "<Port>993<") == 1 && xml.components(of: "<Port>143<") == 0)
        #expect(!OutlookSettings.xml(host: "mail.host.example", services: services, address: nil).contains("LoginName"))
    }

    @Test("No document makes it trap") func chance() {
        var state: UInt64 = 0xA11CE
        func next(below limit: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % limit)
        }
        let model = Array(Self.request("<a:EMailAddress>a&amp;nn@acme.example</a:EMailAddress>").utf8)
        for _ in 0..<5_000 {
            var octets = model
            for _ in 0..<next(below: 8) {
                let place = next(below: UInt64(octets.count))
                octets[place] = Array("<>:&;!/ \0@\u{FF}".utf8)[next(below: 12)]
            }
            octets.removeLast(next(below: UInt64(octets.count)))
            _ = OutlookSettings.address(inRequest: octets)
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}

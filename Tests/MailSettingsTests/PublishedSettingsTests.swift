import MailSettings
import Testing

@Suite("Settings of mail programs as one of them reads them") struct PublishedSettingsTests {
    private typealias Server = PublishedSettings.Server
    private static let services = OfferedService.all(
        at: ["imaps": 993, "imap": 143, "pop3s": 995, "pop3": 110, "submissions": 465, "submission": 587])

    private func thunderbird(_ text: String) -> [PublishedSettings.Server]? {
        PublishedSettings(thunderbird: Array(text.utf8), domain: "acme.example")?.servers
    }
    private func outlook(_ text: String) -> [PublishedSettings.Server]? { PublishedSettings(outlook: Array(text.utf8))?.servers }

    @Test("What is served here leads here, and nowhere else") func own() throws {
        let host = "mx.host.example"
        let settings = ThunderbirdSettings(domain: "acme.example", host: host, services: Self.services).xml
        let all = try #require(thunderbird(settings))
        #expect(all.count == 6)
        let best = try #require(outlook(OutlookSettings.xml(host: host, services: Self.services, address: "x@acme.example")))
        #expect(best.map(\.kind) == [.imap, .pop3, .smtp])
        for server in all + best {
            #expect(Self.services.filter { server.leads(to: $0, at: "MX.host.example") }.count == 1)
            #expect(!Self.services.contains { server.leads(to: $0, at: "mx.other.example") })
        }
    }

    @Test("Others write it otherwise") func others() {
        let mozillas = """
            \u{FEFF}<?xml version='1.0'?>
            <!-- imap & "friends" <incomingServer type="imap"> -->
            <m:clientConfig xmlns:m="x"><emailProvider id='a>b'>
              <displayName>B&uuml;ro</displayName>
              <incomingServer  n = "1" type = 'imap' ><hostname> MX.%EMAILDOMAIN% </hostname>
                <port>143</port><socketType>STARTTLS</socketType></incomingServer>
              <incomingServer type="exchange"><hostname>x</hostname></incomingServer>
              <outgoingServer type="smtp"><hostname>mx</hostname><port>x</port><socketType>plain</socketType><other/></outgoingServer>
            </emailProvider></m:clientConfig>
            """
        #expect(thunderbird(mozillas) == [
            Server(kind: .imap, host: "mx.acme.example", port: 143, protection: .startTLS),
            Server(kind: .smtp, host: "mx", port: 0, protection: .none),
        ])
        func outlooks(_ more: String) -> String {
            "<Autodiscover><Response><Account><Protocol><Type>IMAP</Type><Server>Mx</Server><Port>993</Port>\(more)</Protocol>"
                + "<Protocol><Type>EXCH</Type></Protocol></Account></Response></Autodiscover>"
        }
        for (more, protection) in [
            ("<SSL>on</SSL>", Server.Protection.unsaid), ("", .unsaid), ("<SSL>off</SSL>", .none),
            ("<SSL>on</SSL><Encryption>TLS</Encryption>", .startTLS), ("<Encryption>SSL</Encryption>", .implicitTLS),
            ("<Encryption>None</Encryption>", .none),
        ] { #expect(outlook(outlooks(more)) == [Server(kind: .imap, host: "mx", port: 993, protection: protection)], "\(more)") }
    }

    static let nothings = [
        "", "hello", "<html></html>", "<clientConfig>", "<clientConfig></other>", "<clientConfig><a></clientConfig></a>",
        "<!DOCTYPE x [<!ENTITY a \"b\">]><clientConfig/>", "<clientConfig><![CDATA[x]]></clientConfig>",
        "<clientConfig x=\"></clientConfig>", "<!-- <clientConfig/>", "</clientConfig>",
        "<clientConfig>" + String(repeating: "<a>", count: 60) + String(repeating: "</a>", count: 60) + "</clientConfig>",
        "<clientConfig>" + String(repeating: " ", count: 70_000) + "</clientConfig>",
    ]
    @Test("What is none is told from it", arguments: nothings) func nothing(text: String) {
        #expect(thunderbird(text) == nil)
        #expect(outlook(text.replacing("clientConfig", with: "Autodiscover")) == nil)
    }

    @Test("Settings without servers are some") func empty() {
        #expect(thunderbird("<clientConfig/>") == [] && outlook("<Autodiscover/>") == [])
    }

    @Test("What a program asks with names the address") func request() {
        #expect(OutlookSettings.address(inRequest: Array(OutlookSettings.request(of: "o'x@acme.example").utf8)) == "o'x@acme.example")
    }

    @Test("A document that is cut off anywhere is none") func cut() {
        let whole = Array(ThunderbirdSettings(domain: "acme.example", host: "mx.host.example", services: Self.services).xml.utf8)
        // The line behind the last tag is no part of it.
        for length in 0..<(whole.count - 1) {
            #expect(PublishedSettings(thunderbird: Array(whole[..<length]), domain: "acme.example") == nil)
        }
    }
}

/// The settings of a domain's mail programs as Thunderbird and many others read them: `config-v1.1.xml` in the format that Mozilla defined.
///
/// It is one for all of a domain, and so says of no address whether it is somebody's.
public struct ThunderbirdSettings: Sendable, Equatable {
    public let domain: String
    public let host: String
    public let services: [OfferedService]

    public init(domain: String, host: String, services: [OfferedService]) {
        (self.domain, self.host, self.services) = (domain, host, services)
    }

    public var xml: String {
        let domain = XMLText.escaped(domain)
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <clientConfig version="1.1">
              <emailProvider id="\(domain)">
                <domain>\(domain)</domain>
                <displayName>\(domain)</displayName>
                <displayShortName>\(domain)</displayShortName>
            \(services.map(server).joined(separator: "\n"))
              </emailProvider>
            </clientConfig>

            """
    }

    private func server(_ service: OfferedService) -> String {
        let element = service.kind == .smtp ? "outgoingServer" : "incomingServer"
        return """
                <\(element) type="\(service.kind.rawValue)">
                  <hostname>\(XMLText.escaped(host))</hostname>
                  <port>\(service.port)</port>
                  <socketType>\(service.isImplicitTLS ? "SSL" : "STARTTLS")</socketType>
                  <username>%EMAILADDRESS%</username>
                  <authentication>password-cleartext</authentication>
                </\(element)>
            """
    }
}

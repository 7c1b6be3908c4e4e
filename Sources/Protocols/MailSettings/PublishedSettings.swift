/// The settings of mail programs as one of them reads what somebody serves: which servers it is sent to.
public struct PublishedSettings: Sendable, Equatable {
    public struct Server: Sendable, Equatable {
        public enum Protection: Sendable { case implicitTLS, startTLS, none, unsaid }

        public let kind: OfferedService.Kind
        /// In lower case.
        public let host: String
        public let port: Int
        public let protection: Protection

        public init(kind: OfferedService.Kind, host: String, port: Int, protection: Protection) {
            (self.kind, self.host, self.port, self.protection) = (kind, host, port, protection)
        }

        /// Whether it is this service of this host.
        public func leads(to service: OfferedService, at mailHost: String) -> Bool {
            let isProtected = protection == .unsaid || protection == (service.isImplicitTLS ? .implicitTLS : .startTLS)
            return kind == service.kind && host == mailHost.lowercased() && port == service.port && isProtected
        }
    }

    /// Those of the kinds that we know.
    public let servers: [Server]

    /// Octets that are read of a document.
    public static let sizeLimit = 65_536

    /// - Parameter domain: of the addresses that the document is for.
    /// - Returns: nil for what is no such document.
    public init?(thunderbird document: [UInt8], domain: String) {
        guard document.count <= Self.sizeLimit, let root = XMLElement(document: document), root.name == "clientConfig" else { return nil }
        servers = (root.all("incomingServer") + root.all("outgoingServer")).compactMap { element in
            guard let kind = element.attributes["type"].flatMap(OfferedService.Kind.init(rawValue:)) else { return nil }
            let host = (element["hostname"] ?? "").replacing("%EMAILDOMAIN%", with: domain).lowercased()
            let protection: Server.Protection =
                switch element["socketType"] {
                case "SSL": .implicitTLS
                case "STARTTLS": .startTLS
                default: .none
                }
            return Server(kind: kind, host: host, port: element["port"].flatMap(Int.init) ?? 0, protection: protection)
        }
    }

    /// - Returns: nil for what is no answer to Autodiscover.
    public init?(outlook document: [UInt8]) {
        guard document.count <= Self.sizeLimit, let root = XMLElement(document: document), root.name == "Autodiscover" else { return nil }
        servers = root.all("Protocol").compactMap { element in
            guard let kind = element["Type"].flatMap({ OfferedService.Kind(rawValue: $0.lowercased()) }) else { return nil }
            return Server(
                kind: kind, host: (element["Server"] ?? "").lowercased(), port: element["Port"].flatMap(Int.init) ?? 0,
                protection: Self.protection(of: element))
        }
    }

    /// `Encryption` goes before `SSL`, which does not say how.
    private static func protection(of element: XMLElement) -> Server.Protection {
        switch (element["Encryption"]?.lowercased(), element["SSL"]?.lowercased()) {
        case ("ssl"?, _): .implicitTLS
        case ("tls"?, _): .startTLS
        case ("none"?, _), (nil, "off"?): .none
        default: .unsaid
        }
    }
}

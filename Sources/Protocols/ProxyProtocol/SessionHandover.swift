/// What a gateway tells a tenant's worker about a client that has logged in. It travels as a PROXY header ahead of the
/// client's own octets.
public struct SessionHandover: Sendable, Equatable {
    /// `imap`, `pop3` or `submission`.
    public var service: String
    public var user: Int64
    /// The user's primary address.
    public var address: String
    /// The IMAP tag of the login command, which the worker answers; nil for protocols without tags.
    public var pendingTag: String?
    /// What a submission client called itself in EHLO.
    public var clientName: String?
    /// The client's address in text, as in `Peer`; its port.
    public var clientAddress: String
    public var clientPort: UInt16
    public var isEncrypted: Bool
    /// Such as `TLSv1.3`; nil in the clear.
    public var tlsVersion: String?
    /// Names the session in logs.
    public var session: String?
    /// The gateway offers the client's own socket instead of passing octets on.
    public var offersSocket = false

    public init(
        service: String, user: Int64, address: String, pendingTag: String? = nil, clientName: String? = nil, clientAddress: String,
        clientPort: UInt16 = 0, isEncrypted: Bool, tlsVersion: String? = nil, session: String? = nil
    ) {
        self.service = service
        self.user = user
        self.address = address
        self.pendingTag = pendingTag
        self.clientName = clientName
        self.clientAddress = clientAddress
        self.clientPort = clientPort
        self.isEncrypted = isEncrypted
        self.tlsVersion = tlsVersion
        self.session = session
    }
}

extension SessionHandover {
    /// `PP2_TYPE_UNIQUE_ID` and `PP2_TYPE_SSL` of the specification's §2.2.5 and §2.2.6, and types of our own (0xE0 to
    /// 0xEF are free for that).
    enum FieldType {
        static let uniqueID: UInt8 = 0x05
        static let ssl: UInt8 = 0x20, sslVersion: UInt8 = 0x21
        static let service: UInt8 = 0xE0, user: UInt8 = 0xE1, address: UInt8 = 0xE2, tag: UInt8 = 0xE3, clientName: UInt8 = 0xE4
        /// The client's address in text, for addresses that the header's own form cannot hold.
        static let clientAddress: UInt8 = 0xE5
        static let offersSocket: UInt8 = 0xE6
    }

    /// As a header. The addresses are in their binary form when the text is one, and always in text.
    public func header() -> ProxyHeader {
        var header = ProxyHeader(clientAddress: clientAddress, port: clientPort)
        header.setText(FieldType.service, service)
        header.set(FieldType.user, (0..<8).map { UInt8(truncatingIfNeeded: user >> (56 - 8 * $0)) })
        header.setText(FieldType.address, address)
        header.setText(FieldType.tag, pendingTag)
        header.setText(FieldType.clientName, clientName)
        header.setText(FieldType.uniqueID, session)
        if offersSocket { header.set(FieldType.offersSocket, [1]) }
        if isEncrypted {
            // PP2_CLIENT_SSL; no client certificate is asked for, so the verify word is not zero.
            let version = tlsVersion.map { Array($0.utf8) } ?? []
            header.set(
                FieldType.ssl,
                [0x01, 0, 0, 0, 1] + [FieldType.sslVersion] + ProxyHeader.octets(UInt16(truncatingIfNeeded: version.count)) + version)
        }
        return header
    }

    /// - Returns: nil when a field is missing or malformed: the header does not come from a gateway.
    public init?(_ header: ProxyHeader) {
        guard let service = header.text(FieldType.service), let octets = header.value(of: FieldType.user), octets.count == 8,
            let address = header.text(FieldType.address), let clientAddress = header.clientAddress
        else { return nil }
        self.init(
            service: service, user: octets.reduce(0) { $0 << 8 | Int64($1) }, address: address, pendingTag: header.text(FieldType.tag),
            clientName: header.text(FieldType.clientName), clientAddress: clientAddress, isEncrypted: false)
        session = header.text(FieldType.uniqueID)
        offersSocket = header.value(of: FieldType.offersSocket) == [1]
        if case .ipv4(_, let port, _, _) = header.addresses { clientPort = port }
        if case .ipv6(_, let port, _, _) = header.addresses { clientPort = port }
        if let ssl = header.value(of: FieldType.ssl), ssl.count >= 5, ssl[0] & 0x01 != 0 {
            isEncrypted = true
            let inner = ProxyHeader.fields(ssl[5...])
            tlsVersion = inner?.first { $0.type == FieldType.sslVersion && !$0.value.isEmpty }
                .flatMap { String(validating: $0.value, as: UTF8.self) }
        }
    }
}

extension ProxyHeader {
    /// Of a client of whom nothing but the address is told: in binary form when the text is one, and always in text.
    public init(clientAddress: String, port: UInt16) {
        self.init(addresses: .unspecified)
        if let octets = InternetAddress.ipv4(clientAddress) {
            addresses = .ipv4(source: octets, sourcePort: port, destination: [0, 0, 0, 0], destinationPort: 0)
        }
        setText(SessionHandover.FieldType.clientAddress, clientAddress)
    }

    public var clientAddress: String? { text(SessionHandover.FieldType.clientAddress) }
}

/// Internet addresses in text.
enum InternetAddress {
    static func ipv4(_ text: String) -> [UInt8]? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            guard part.count <= 3, part.allSatisfy({ (48...57).contains($0) }), let octet = UInt8(Substring(part)) else { return nil }
            octets.append(octet)
        }
        return octets
    }
}

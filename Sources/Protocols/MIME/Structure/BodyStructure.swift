/// What IMAP's BODY and BODYSTRUCTURE show of an entity: RFC 3501 §7.4.2. The type's names are as written.
public struct BodyStructure: Sendable, Equatable, Hashable {
    public indirect enum Content: Sendable, Equatable, Hashable {
        case basic
        case text(lines: Int)
        case message(Envelope, BodyStructure, lines: Int)
        /// Never empty.
        case multipart([BodyStructure])
    }
    public var content: Content
    public var type: ContentType
    public var id: [UInt8]?
    public var description: [UInt8]?
    /// Content-Transfer-Encoding, `7BIT` when absent.
    public var encoding: [UInt8]
    public var octets: Int
    public var md5: [UInt8]?
    public var disposition: ContentDisposition?
    public var languages: [[UInt8]]
    public var location: [UInt8]?

    public init(
        content: Content, type: ContentType, id: [UInt8]? = nil, description: [UInt8]? = nil, encoding: [UInt8] = Self.sevenBit,
        octets: Int, md5: [UInt8]? = nil, disposition: ContentDisposition? = nil, languages: [[UInt8]] = [], location: [UInt8]? = nil
    ) {
        self.content = content
        self.type = type
        self.id = id
        self.description = description
        self.encoding = encoding
        self.octets = octets
        self.md5 = md5
        self.disposition = disposition
        self.languages = languages
        self.location = location
    }

    public static let sevenBit = Array("7BIT".utf8)
    /// Stands for the parts of a multipart that has none, for the grammar wants one (RFC 3501 §9, body-type-mpart).
    public static let emptyPart = BodyStructure(content: .text(lines: 0), type: .default, octets: 0)
}

extension ParsedMessage {
    public var bodyStructure: BodyStructure { bodyStructure(of: root) }

    public func bodyStructure(of entity: Entity) -> BodyStructure {
        var structure = BodyStructure(content: .basic, type: entity.contentType, octets: entity.bodyRange.count)
        switch entity.kind {
        case .multipart:
            let parts = entity.children.map { bodyStructure(of: $0) }
            structure.content = .multipart(parts.isEmpty ? [.emptyPart] : parts)
        case .message:
            guard let embedded = entity.children.first else { break }
            structure.content = .message(envelope(of: embedded), bodyStructure(of: embedded), lines: entity.bodyLines)
        case .leaf where entity.contentType.isText: structure.content = .text(lines: entity.bodyLines)
        case .leaf where entity.contentType.isMultipart || entity.contentType.isMessage: structure.type = .octetStream
        case .leaf: break
        }
        readFields(of: entity, into: &structure)
        return structure
    }

    private func readFields(of entity: Entity, into structure: inout BodyStructure) {
        var seen: Set<Int> = []
        for field in entity.fields {
            let name = bytes[field.nameRange]
            guard name.count >= 10, ASCII.equal(name.prefix(8), "Content-") else { continue }
            let rest = name.dropFirst(8)
            guard let index = Self.contentFields.firstIndex(where: { ASCII.equal(rest, $0) }), seen.insert(index).inserted else { continue }
            let value = value(of: field)
            switch index {
            case 0: structure.id = value
            case 1: structure.description = value
            case 2: structure.encoding = ContentTransferEncoding.name(parsing: value) ?? BodyStructure.sevenBit
            case 3: structure.md5 = value
            case 4: structure.disposition = ContentDisposition(parsing: value)
            case 5: structure.languages = ContentLanguage.tags(parsing: value)
            default: structure.location = value.filter { !ASCII.isBlank($0) }  // blanks there come from folding
            }
        }
    }

    private static let contentFields = ["ID", "Description", "Transfer-Encoding", "MD5", "Disposition", "Language", "Location"]
}

/// Writes `* n FETCH (…)` item by item (RFC 3501 §7.4.2).
///
/// Octets of sections may be left out of the writer: after `sectionHeader` whoever sends the response puts them on the wire itself.
public struct FetchResponse: Sendable {
    public var output = ResponseWriter()
    private var hasItems = false

    public init() {}

    public init(number: Int) { begin(number: number) }

    /// The response for a message, behind those before it.
    public mutating func begin(number: Int) {
        output.text("* ")
        output.number(UInt(number))
        output.text(" FETCH (")
        hasItems = false
    }

    public mutating func uid(_ uid: UInt32) {
        item("UID ")
        output.number(uid)
    }

    public mutating func size(_ octets: Int64) {
        item("RFC822.SIZE ")
        output.number(UInt64(max(0, octets)))
    }

    public mutating func internalDate(_ date: InternalDate) { item("INTERNALDATE \(date.text)") }

    public mutating func flags(_ system: SystemFlags, keywords: [String], isRecent: Bool) {
        item("FLAGS (")
        var isFirst = true
        func word(_ text: String, _ output: inout ResponseWriter) {
            if !isFirst { output.text(" ") }
            isFirst = false
            output.text(text)
        }
        for (flag, name) in SystemFlags.words where system.contains(flag) { word(name, &output) }
        if isRecent { word("\\Recent", &output) }
        for keyword in keywords { word(keyword, &output) }
        output.text(")")
    }

    /// An item whose value the caller writes to `output` next.
    public mutating func item(_ text: String) {
        if hasItems { output.text(" ") }
        hasItems = true
        output.text(text)
    }

    /// A section's name and its octets, or NIL when there is no such part.
    public mutating func section(_ section: BodySection, origin: UInt32?, _ octets: (some Collection<UInt8>)?) {
        sectionName(section, origin: origin)
        guard let octets else { return output.text("NIL") }
        output.literal(octets)
    }

    /// A section's name and `{count}`: `count` octets have to follow.
    public mutating func sectionHeader(_ section: BodySection, origin: UInt32?, count: Int) {
        sectionName(section, origin: origin)
        output.literalHeader(count)
    }

    private mutating func sectionName(_ section: BodySection, origin: UInt32?) {
        item("BODY")
        section.write(to: &output)
        if let origin { output.text("<\(origin)>") }
        output.text(" ")
    }

    public mutating func end() { output.text(")\r\n") }

    /// The usual news: a message's flags, changed by this or another session.
    public static func flags(number: Int, uid: UInt32?, _ system: SystemFlags, keywords: [String], isRecent: Bool) -> [UInt8] {
        var response = FetchResponse(number: number)
        if let uid { response.uid(uid) }
        response.flags(system, keywords: keywords, isRecent: isRecent)
        response.end()
        return response.output.bytes
    }
}

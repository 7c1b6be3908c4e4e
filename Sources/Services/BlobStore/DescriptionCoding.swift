/// The self-description as octets: numbers of seven bits an octet, lists and texts behind their count. What a later version
/// adds at the end is skipped.
extension BlobDescription {
    func encoded() -> [UInt8] {
        var writer = DescriptionWriter()
        writer.write(UInt64(bitPattern: tenant))
        writer.write(deliveryID)
        writer.write(UInt64(places.count))
        for place in places {
            writer.write(UInt64(bitPattern: place.user))
            writer.write(UInt64(bitPattern: place.mailbox))
            writer.write(UInt64(place.uid))
            writer.write(place.modSeq)
            writer.write(UInt64(place.flags))
            writer.write(UInt64(place.keywords.count))
            for keyword in place.keywords { writer.write(Array(keyword.utf8)) }
        }
        writer.write(UInt64(bitPattern: internalDate))
        writer.write(Array(reversePath.utf8))
        writer.write(UInt64(following))
        return writer.bytes
    }

    init?(decoding bytes: ArraySlice<UInt8>) {
        var reader = DescriptionReader(rest: bytes)
        guard let tenant = reader.number(), let deliveryID = reader.bytes(), let placeCount = reader.number() else { return nil }
        var places: [Place] = []
        for _ in 0..<min(placeCount, UInt64(bytes.count)) {
            guard let place = reader.place() else { return nil }
            places.append(place)
        }
        guard let internalDate = reader.number(), let reversePath = reader.bytes(), let following = reader.number() else { return nil }
        self.init(
            tenant: Int64(bitPattern: tenant), deliveryID: Array(deliveryID), places: places, internalDate: Int64(bitPattern: internalDate),
            reversePath: String(decoding: reversePath, as: UTF8.self), following: Int(clamping: following))
    }
}

private struct DescriptionWriter {
    var bytes: [UInt8] = []

    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func write(_ text: [UInt8]) {
        write(UInt64(text.count))
        bytes.append(contentsOf: text)
    }
}

private struct DescriptionReader {
    var rest: ArraySlice<UInt8>

    mutating func number() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let octet = rest.popFirst() else { return nil }
            value |= UInt64(octet & 0x7f) << shift
            if octet & 0x80 == 0 { return value }
        }
        return nil
    }

    mutating func place() -> BlobDescription.Place? {
        guard let user = number(), let mailbox = number(), let uid = number(), let modSeq = number(), let flags = number(),
            let keywordCount = number()
        else { return nil }
        var keywords: [String] = []
        for _ in 0..<min(keywordCount, UInt64(rest.count)) {
            guard let keyword = bytes() else { return nil }
            keywords.append(String(decoding: keyword, as: UTF8.self))
        }
        return BlobDescription.Place(
            user: Int64(bitPattern: user), mailbox: Int64(bitPattern: mailbox), uid: UInt32(truncatingIfNeeded: uid), modSeq: modSeq,
            flags: UInt32(truncatingIfNeeded: flags), keywords: keywords)
    }

    mutating func bytes() -> ArraySlice<UInt8>? {
        guard let count = number(), count <= UInt64(rest.count) else { return nil }
        let text = rest.prefix(Int(count))
        rest = rest.dropFirst(Int(count))
        return text
    }
}

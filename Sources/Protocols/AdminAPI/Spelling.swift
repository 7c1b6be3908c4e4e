// Addresses beyond ASCII that look the same are not the same: mail comes to the octets. Swift's strings are equal when they are
// canonically equivalent, so those of addresses are compared by how they are written.

extension String {
    func isSpelled(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
    func isSpelled(before other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

    func hashSpelling(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))  // no octet of UTF-8: it ends here
    }
}

/// A text as it is written, octet by octet: addresses that look the same in Unicode are not the same, while Swift's strings are equal when
/// they are canonically equivalent.
struct Spelling: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: Spelling, right: Spelling) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for octet in text.utf8 { hasher.combine(octet) }
    }
}

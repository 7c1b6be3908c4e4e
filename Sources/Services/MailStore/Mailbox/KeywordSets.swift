/// The sets of keywords that a mailbox's messages have, each held once: a message carries its set's number. A set that no message has
/// any more is forgotten, and its number goes to another one.
struct KeywordSets {
    typealias Number = UInt16

    private struct Entry {
        let keywords: [String]
        /// How many messages have it.
        var uses = 0
    }

    /// By number; the first is empty, and always there.
    private var entries = [Entry(keywords: [])]
    private var numbers: [[String]: Number] = [[]: 0]
    private var free: [Number] = []
    /// In how many sets each keyword is, by its name in lower case.
    private var names: [String: Int] = [:]
    /// How many keywords the sets hold together.
    private var members = 0

    init() {}

    /// As `byNumber` told them, with the number of each message.
    init(byNumber sets: [[String]], of messages: some Sequence<Number>) {
        entries = sets.map { Entry(keywords: $0) }
        for number in messages where number != 0 { entries[Int(number)].uses += 1 }
        for number in entries.indices.dropFirst() {
            if entries[number].uses > 0 { register(Number(number)) } else { forget(Number(number)) }
        }
    }

    subscript(number: Number) -> [String] { entries[Int(number)].keywords }

    /// All sets; those of numbers that no message carries are empty.
    var byNumber: [[String]] { entries.map(\.keywords) }

    /// Every keyword that some message has.
    var inUse: [String] { Keywords.normalized(entries.flatMap(\.keywords)) }

    /// Whether messages may get these sets, beside those that are in use.
    func hasRoom(forEach wanted: Set<[String]>) -> Bool {
        let added = wanted.filter { numbers[$0] == nil }
        guard !added.isEmpty else { return true }
        let addedNames = Set(added.joined().map { $0.lowercased() }).filter { names[$0] == nil }
        return numbers.count + added.count <= StoreLimits.keywordSetsPerMailbox
            && members + added.reduce(0) { $0 + $1.count } <= StoreLimits.keywordSetMembersPerMailbox
            && names.count + addedNames.count <= StoreLimits.keywordsPerMailbox
    }

    /// One message more has these keywords.
    /// - Returns: their number; that of the empty set when there are more sets than numbers, which `hasRoom` keeps from happening
    ///   where it was asked.
    mutating func take(_ keywords: [String]) -> Number {
        guard !keywords.isEmpty else { return 0 }
        let number: Number
        if let known = numbers[keywords] { number = known } else {
            guard let new = free.popLast() ?? Number(exactly: entries.count) else { return 0 }
            number = new
            let entry = Entry(keywords: keywords)
            if Int(number) == entries.count { entries.append(entry) } else { entries[Int(number)] = entry }
            register(number)
        }
        entries[Int(number)].uses += 1
        return number
    }

    /// One message less has the set of this number.
    mutating func release(_ number: Number) {
        guard number != 0 else { return }
        entries[Int(number)].uses -= 1
        guard entries[Int(number)].uses == 0 else { return }
        let keywords = entries[Int(number)].keywords
        forget(number)
        numbers[keywords] = nil
        members -= keywords.count
        for keyword in keywords {
            let name = keyword.lowercased()
            names[name] = names[name].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }

    private mutating func forget(_ number: Number) {
        entries[Int(number)] = Entry(keywords: [])
        free.append(number)
    }

    private mutating func register(_ number: Number) {
        let keywords = entries[Int(number)].keywords
        numbers[keywords] = number
        members += keywords.count
        for keyword in keywords { names[keyword.lowercased(), default: 0] += 1 }
    }
}

/// The statements that one connection has prepared, by text and parameter types; the least recently used go when there are too many.
struct StatementCache {
    struct Entry {
        let name: String
        /// 0 where the server was left to infer the type because the first value was NULL.
        let types: [UInt32]
        fileprivate(set) var lastUse: UInt64

        /// A NULL fits every type; a value needs its own.
        fileprivate func fits(_ wanted: [UInt32]) -> Bool {
            types.count == wanted.count && zip(types, wanted).allSatisfy { has, wants in wants == 0 || wants == has }
        }
    }

    private var entries: [String: [Entry]] = [:]
    private(set) var count = 0
    private var clock: UInt64 = 0
    private let capacity: Int

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// The name of the prepared statement that takes these types.
    mutating func name(of sql: String, types: [UInt32]) -> String? {
        clock += 1
        guard let place = entries[sql]?.lastIndex(where: { $0.fits(types) }) else { return nil }
        entries[sql]?[place].lastUse = clock
        return entries[sql]?[place].name
    }

    mutating func insert(_ name: String, for sql: String, types: [UInt32]) {
        clock += 1
        entries[sql, default: []].append(Entry(name: name, types: types, lastUse: clock))
        count += 1
    }

    /// Forgets the statement of that name.
    mutating func remove(_ name: String, of sql: String) {
        guard let place = entries[sql]?.firstIndex(where: { $0.name == name }) else { return }
        entries[sql]?.remove(at: place)
        if entries[sql]?.isEmpty == true { entries[sql] = nil }
        count -= 1
    }

    mutating func removeAll() {
        entries = [:]
        count = 0
    }

    /// Takes out what is over capacity, least recently used first, and returns the names for the server to forget.
    mutating func evict() -> [String] {
        var names: [String] = []
        while count > capacity {
            var oldest: (sql: String, entry: Entry)?
            for (sql, list) in entries {
                for entry in list where entry.lastUse < oldest?.entry.lastUse ?? .max { oldest = (sql, entry) }
            }
            guard let oldest else { break }
            remove(oldest.entry.name, of: oldest.sql)
            names.append(oldest.entry.name)
        }
        return names
    }
}

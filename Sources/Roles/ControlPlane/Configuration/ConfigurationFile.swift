import AdminAPI
import Quantities
import Supervision

extension Configuration {
    /// Takes over what a configuration file says.
    /// - Parameter path: only for messages.
    package mutating func apply(file bytes: [UInt8], path: String) throws(StartupError) {
        do {
            let whole = try ConfigurationText.read(bytes)
            var reader = try ConfigurationReader(whole, name: "")
            try apply(&reader)
            try reader.finish()
        } catch let mistake as ConfigurationText.Mistake {
            throw .configuration("\(path), line \(mistake.line): \(mistake.what).")
        } catch {
            throw .configuration("\(path): \(error)")
        }
    }

    private mutating func apply(_ reader: inout ConfigurationReader) throws {
        if let value = try reader.text("hostname") { hostname = value }
        if let value = try reader.mailbox("postmaster") { postmaster = value }
        if let value = try reader.text("bind") { bind = value }
        if let value = try reader.integer("portBase", in: Self.portBases) { portBase = value }
        if let value = try reader.integer("userIDBase", in: 1_000...2_000_000_000) { userIDBase = UInt32(value) }
        if let value = try reader.integers("adminUsers", in: 0...4_294_967_294) { adminUsers = value.map(UInt32.init) }
        if let value = try reader.bool("remoteAdministration") { remoteAdministration = value }
        if let value = try reader.integer("httpsPort", in: 0...PublicListeners.highestPort) { httpsPort = value }
        if let value = try reader.bool("accountPages") { accountPages = value }
        try reader.object("argon2") { argon2 in
            if let value = try argon2.integer("memory", in: 8...4_194_304) { argon2Memory = UInt32(value) }
            if let value = try argon2.integer("passes", in: 1...1_000) { argon2Passes = UInt32(value) }
        }
        if let value = try reader.integer("loginThreads", in: 1...1_024) { loginThreads = value }
        if let value = try reader.integer("loginQueue", in: 1...100_000) { loginQueue = value }
        try reader.object("wrongLogins") { wrong in
            if let value = try wrong.integer("perPlace", in: 1...100_000) { wrongLogins.perPlace = value }
            if let value = try wrong.integer("perAddress", in: 1...100_000) { wrongLogins.perAddress = value }
            if let value = try wrong.integer("perAccount", in: 1...100_000) { wrongLogins.perAccount = value }
            if let value = try wrong.integer("forgottenAfter", in: 1...604_800) { wrongLogins.period = .seconds(value) }
        }
        try reader.object("passwords") { rules in
            if let value = try rules.integer("minimumLength", in: PasswordRules.minimumLengths) { passwords.minimumLength = value }
            if let value = try rules.integer("remembered", in: 0...24) { passwords.remembered = value }
        }
        if let value = try reader.bool("plaintextLoginFromLoopback") { plaintextLoginFromLoopback = value }
        if let value = try reader.size("messageSize") { limits.messageSize = value }
        if let value = try reader.integer("recipients", in: 100...100_000) { limits.recipients = value }
        if let value = try reader.integer("hops", in: 10...1_000) { limits.hops = value }
        if let value = try reader.integer("connectionsPerAddress", in: 1...100_000) { connectionsPerAddress = value }
        if let value = try reader.integer("sessionsPerUser", in: 1...100_000) { sessionsPerUser = value }
        if let value = try reader.integer("sessionsPerTenant", in: 1...100_000) { sessionsPerTenant = value }
        if let value = try reader.integer("loginTime", in: 1...86_400) { loginTime = value }
        if let value = try reader.word("overQuota", of: ["reject", "defer"]) { defersOverQuota = value == "defer" }
        if let value = try reader.integers("quotaWarnings", in: 1...100) { quotaWarnings = value }
        if let value = try reader.bool("accountNotices") { accountNotices = value }
        if let value = try reader.integer("deletedKeptDays", in: 0...36_500) { deletedKeptDays = value }
        if let value = try reader.integer("idleSeconds", in: 1...86_400) { idleSeconds = value }
        if let value = try reader.integer("hangSeconds", in: 3...86_400) { hangSeconds = value }
        if let value = try reader.integers("retrySchedule", in: 1...604_800), !value.isEmpty { retrySchedule = value }
        if let value = try reader.integer("lifetime", in: 1...31_536_000) { lifetime = value }
        if let value = try reader.text("dnsServer") { dnsServer = value }
        if let value = try reader.integer("smtpPort", in: 1...65_535) { smtpPort = value }
        if let value = try reader.address("metrics") { metrics = value }
        try reader.objects("routes") { route in
            let domain = try route.require(try route.text("domain"), "domain")
            let host = try route.require(try route.text("host"), "host")
            routes.append(StaticRoute(domain: domain.lowercased(), host: host, port: try route.integer("port", in: 1...65_535) ?? 25))
        }
        try reader.object("tls") { tls in
            certificateFile = try tls.text("certificate")
            privateKeyFile = try tls.text("key")
            guard (certificateFile == nil) == (privateKeyFile == nil) else { throw tls.mistake("certificate and key go together") }
        }
        try reader.object("database") { database in databaseURL = try database.text("url") }
    }
}

/// Reads one object of a configuration file by its keys; what nobody asked for is refused by `finish`.
private struct ConfigurationReader {
    private let name: String
    private let line: Int
    private var members: [ConfigurationText.Member]
    private var known: [String] = []

    init(_ value: ConfigurationText.Value, name: String) throws(ConfigurationText.Mistake) {
        guard case .object(let members) = value.content else {
            throw ConfigurationText.Mistake(line: value.line, what: "\(name.isEmpty ? "the configuration" : name) is an object in braces")
        }
        (self.name, self.line, self.members) = (name, value.line, members)
    }

    func mistake(_ what: String) -> ConfigurationText.Mistake {
        ConfigurationText.Mistake(line: line, what: name.isEmpty ? what : "\(name): \(what)")
    }

    func finish() throws(ConfigurationText.Mistake) {
        guard let unknown = members.first else { return }
        throw ConfigurationText.Mistake(
            line: unknown.line,
            what: "\"\(qualified(unknown.name))\" is no key of the configuration; known are \(known.joined(separator: ", "))")
    }

    func require<Value>(_ value: Value?, _ key: String) throws(ConfigurationText.Mistake) -> Value {
        guard let value else { throw mistake("\"\(key)\" is missing") }
        return value
    }

    private func qualified(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    private mutating func take(_ key: String) -> ConfigurationText.Value? {
        known.append(key)
        guard let index = members.firstIndex(where: { $0.name == key }) else { return nil }
        let value = members.remove(at: index).value
        if case .null = value.content { return nil }
        return value
    }

    private func refusal(_ value: ConfigurationText.Value, _ key: String, _ wanted: String) -> ConfigurationText.Mistake {
        ConfigurationText.Mistake(line: value.line, what: "\"\(qualified(key))\" is \(wanted)")
    }

    mutating func text(_ key: String) throws(ConfigurationText.Mistake) -> String? {
        guard let value = take(key) else { return nil }
        guard case .string(let text) = value.content, !text.isEmpty else { throw refusal(value, key, "a text in quotation marks") }
        return text
    }

    mutating func mailbox(_ key: String) throws(ConfigurationText.Mistake) -> String? {
        guard let value = take(key) else { return nil }
        guard case .string(let text) = value.content, let address = try? EmailAddress(text) else {
            throw refusal(value, key, "an address, such as \"ann@acme.example\"")
        }
        return address.text
    }

    mutating func address(_ key: String) throws(ConfigurationText.Mistake) -> ListeningAddress? {
        guard let value = take(key) else { return nil }
        guard case .string(let text) = value.content, let address = ListeningAddress(text) else {
            throw refusal(value, key, "an IP address and a port, such as \"127.0.0.1:9465\" or \"[::1]:9465\"")
        }
        return address
    }

    mutating func word(_ key: String, of words: [String]) throws(ConfigurationText.Mistake) -> String? {
        guard let value = take(key) else { return nil }
        let wanted = words.map { "\"\($0)\"" }.joined(separator: " or ")
        guard case .string(let text) = value.content, words.contains(text) else { throw refusal(value, key, wanted) }
        return text
    }

    mutating func bool(_ key: String) throws(ConfigurationText.Mistake) -> Bool? {
        guard let value = take(key) else { return nil }
        guard case .bool(let bool) = value.content else { throw refusal(value, key, "true or false") }
        return bool
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationText.Mistake) -> Int? {
        guard let value = take(key) else { return nil }
        return try integer(value, key, in: range)
    }

    mutating func integers(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationText.Mistake) -> [Int]? {
        guard let value = take(key) else { return nil }
        guard case .array(let values) = value.content else { throw refusal(value, key, "a list of numbers in brackets") }
        var numbers: [Int] = []
        for value in values { numbers.append(try integer(value, key, in: range)) }
        return numbers
    }

    private func integer(
        _ value: ConfigurationText.Value, _ key: String, in range: ClosedRange<Int>
    ) throws(ConfigurationText.Mistake) -> Int {
        guard case .integer(let number) = value.content, range.contains(Int(number)) else {
            throw refusal(value, key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }

    mutating func size(_ key: String) throws(ConfigurationText.Mistake) -> Int64? {
        guard let value = take(key) else { return nil }
        let size: Int64? =
            switch value.content {
            case .integer(let number): number
            case .string(let text): ByteCount(text)?.octets
            case .null, .bool, .number, .array, .object: nil
            }
        guard let size, (65_536...1_073_741_824).contains(size) else {
            throw refusal(value, key, "a size from 64 KiB to 1 GiB, such as \"50 MiB\"")
        }
        return size
    }

    mutating func object(_ key: String, _ body: (inout ConfigurationReader) throws -> Void) throws {
        guard let value = take(key) else { return }
        var reader = try ConfigurationReader(value, name: qualified(key))
        try body(&reader)
        try reader.finish()
    }

    mutating func objects(_ key: String, _ body: (inout ConfigurationReader) throws -> Void) throws {
        guard let value = take(key) else { return }
        guard case .array(let values) = value.content else { throw refusal(value, key, "a list in brackets") }
        for value in values {
            var reader = try ConfigurationReader(value, name: qualified(key))
            try body(&reader)
            try reader.finish()
        }
    }
}

import AdminAPI
import AdminShell
import FoundationEssentials
import Quantities
import Synchronization
import Testing

@Suite("Import of users") struct ImportTests {
    private static let hash = "{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0"

    @Test("Columns stand in any order; what is empty is left out") func columns() throws {
        let file = UserFile(
            "\u{FEFF}Quota,hash,address,messages,password\r\n2GB,\"\(Self.hash)\",Ann@acme.example,100,\r\n"
                + ",,bob@acme.example,,correct horse\r\nunlimited,,carl@acme.example,,\r\n")
        #expect(file.mistakes.isEmpty)
        let users = file.users.map(\.user)
        #expect(file.users.map(\.number) == [2, 3, 4])
        #expect(users.map(\.address.text) == ["ann@acme.example", "bob@acme.example", "carl@acme.example"])
        #expect(users.map(\.password) == [.hash(Self.hash), .given("correct horse"), nil])
        let quotas: [QuotaChange?] = [
            QuotaChange(bytes: .to(ByteCount(2_000_000_000)), messages: .to(100)), nil, QuotaChange(bytes: .unlimited),
        ]
        #expect(users.map(\.quota) == quotas)
    }

    static let headers = [
        ("", "header line is missing"), ("address\n", "No user follows"), ("address,name\n", "no column \"name\""),
        ("hash\n", "address is missing"),
        ("address,address\n", "twice"), ("a\"ddress\n", "quote"), ("address;name\n", "no column \"name\""),
        ("address,quota\rann@acme.example,1GB\r", "carriage returns"),
    ]
    @Test("A header line that is wrong is refused by what is wrong", arguments: headers) func header(text: String, words: String) {
        let file = UserFile(text)
        #expect(file.mistakes.count == 1 && file.mistakes[0].line == 1 && file.mistakes[0].sentence.contains(words))
    }

    static let tooLong = String(repeating: "long", count: 64)
    static let lines = [
        ("nobody,,,", "has no @"), ("ann@acme.example,,,", "line 2 already"), ("b@acme.example,\(tooLong),,", "longer than 255"),
        ("b@acme.example,,{MD5}secret,", "{MD5}"), ("b@acme.example,\(hash),,", "in the column hash"),
        ("b@acme.example,{SSHA}secret,,", "in the column hash"), ("b@acme.example,,\(hash.dropLast(3))!,", "Base 64"),
        ("b@acme.example,correct horse,\(hash),", "both"), ("b@acme.example,,,many", "500MB"), ("b@acme.example,,", "3 fields"),
        (",,,", "has no @"), ("b@acme.example,\"correct\"horse,,", "closing quote"),
    ]
    @Test("A line that is wrong is told by its number, without its secrets", arguments: lines) func line(text: String, words: String) {
        let file = UserFile("address,password,hash,quota\nann@acme.example,,,\n\(text)\ncarl@acme.example,,,\n")
        #expect(file.mistakes.count == 1 && file.mistakes[0].line == 3 && file.mistakes[0].sentence.contains(words), "\(file.mistakes)")
        for secret in ["longlong", "secret", "horse", "f0CceVS"] { #expect(!file.mistakes[0].sentence.contains(secret)) }
    }

    static let separated = [
        "address;quota;hash\r\n", "address\tquota\thash\n", "sep=;\r\naddress;quota;hash\n",
        "\u{FEFF}SEP=\t\naddress\tquota\thash\n",
    ]
    @Test("Columns stand between what the first line says", arguments: separated) func separator(header: String) throws {
        let mark = header.contains(";") ? ";" : "\t"
        let file = UserFile(header + "ann@acme.example\(mark)\"1GB\"\(mark)\n")
        #expect(file.mistakes == [] && file.users.map(\.user.quota) == [QuotaChange(bytes: .to(ByteCount(1_000_000_000)))])
        #expect(file.users.map(\.number) == [header.lowercased().contains("sep=") ? 3 : 2])
    }

    static let texts: [([UInt8], String?)] = [
        (Array("ä".utf8), "ä"), ([0xEF, 0xBB, 0xBF, 0x61], "a"), ([0xFF, 0xFE, 0xE4, 0, 0x61, 0], "äa"),
        ([0xFE, 0xFF, 0, 0xE4, 0, 0x61], "äa"),
        ([0xFF, 0xFE, 0x61], nil), ([0xFF, 0xFE, 0, 0xD8], nil), ([0xE4], nil), ([], ""), ([0xFF, 0xFE], ""),
    ]
    @Test("A file is UTF-8, or UTF-16 behind its mark", arguments: texts) func encodings(bytes: [UInt8], text: String?) {
        #expect(InputText.text(of: bytes) == text)
    }

    @Test("Requests are about one tenant, and no longer than is allowed") func batches() throws {
        var text = "address,password,hash\n"
        for number in 0..<500 { text += "u\(number)@\(number % 2 == 0 ? "a" : "b").example,,\(Self.hash)\n" }
        for number in 0..<120 { text += "p\(number)@a.example,correct horse,\n" }
        let one = UserBatches(UserFile(text).users) { _ in nil }.batches
        #expect(one.map(\.count) == [200, 200, 125, 50, 45])
        let two = UserBatches(UserFile(text).users) { try? TenantName($0.text == "a.example" ? "a" : "b") }.batches
        #expect(two.map(\.count) == [200, 87, 50, 33, 200, 50])
        for batch in two { #expect(Set(batch.map(\.user.address.domain)).count == 1 && batch.count <= UserImport.limit) }
        let long = String(repeating: "x", count: 1_000)
        let wide = (0..<200).map { "u\($0)@a.example,\(long)" }.joined(separator: "\n")
        for batch in UserBatches(UserFile("address,password\n" + wide).users, tenant: { _ in nil }).batches {
            #expect(try JSONEncoder().encode(UserImport(users: batch.map(\.user))).count < 256 * 1_024)
        }
    }

    private func written(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/casella-import-\(UInt32.random(in: .min ... .max)).csv"
        #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
        return path
    }

    @Test("What came of the lines is told, and the status is not 0 when one was refused") func command() throws {
        let path = try written("address\nann@acme.example\nbob@acme.example\ncarl@acme.example\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = Bench()
        #expect(try bench.run("user import \(path)") == 2)
        #expect(bench.console.output == "1 user made, 1 skipped, being there already, 1 refused.\n")
        #expect(bench.console.errors == "\(path):4: carl@acme.example is an alias. Delete the alias first.\n")
        #expect(bench.transport.made.count == 1 && bench.transport.made[0].hasPrefix("POST /users/import {"))
        #expect(try bench.run("user import --dry-run --format csv \(path)") == 2)
        #expect(bench.transport.made.count == 2 && bench.transport.made[1].hasPrefix("POST /users/import?dryRun=true {"))
        #expect(bench.transport.made.allSatisfy { !$0.contains(#""dryRun""#) })
        #expect(bench.console.output.contains("\nline,address,outcome,reason\n2,ann@acme.example,made,\n3,bob@acme.example,exists,\n"))
    }

    /// Answers the first request alone.
    private final class Dying: Transport {
        private let isDead = Mutex(false)

        func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
            let wasDead = isDead.withLock { isDead in
                defer { isDead = true }
                return isDead
            }
            guard !wasDead else { throw AdminError(.unavailable, "The platform is gone.") }
            return HTTPResponse(status: 200, body: Array(Prepared.imported.utf8))
        }
    }

    @Test("Of an import that is broken off it is told who was refused, and how many are there") func brokenOff() throws {
        let path = try written("address\n" + (1...201).map { "u\($0)@acme.example\n" }.joined())
        defer { try? FileManager.default.removeItem(atPath: path) }
        let console = FakeConsole(), dying = Dying()
        let interpreter = Interpreter(console: console) { _ in dying }
        let outcome = interpreter.perform(["user", "import", path], Settings(dataDirectory: "/nowhere"))
        guard case .failure(let failure) = outcome else { return #expect(Bool(false)) }
        #expect(console.errors == "\(path):4: carl@acme.example is an alias. Delete the alias first.\n")
        #expect(failure.error.hint == "2 of 201 users are done; run it again to go on with the others.")
    }

    @Test("A file with mistakes is not sent at all; a hundred of them are listed") func mistakes() throws {
        let path = try written("address\n" + String(repeating: "nobody\n", count: 120))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let bench = Bench()
        #expect(try bench.run("user import \(path)") == 65)
        #expect(bench.transport.made.isEmpty)
        let lines = bench.console.errors.split(separator: "\n")
        #expect(lines.count == 102)
        #expect(lines[0] == "\(path):2: The address \"nobody\" has no @. An address looks like ann@acme.example.")
        #expect(lines[100] == "\(path): … and 20 more" && lines[101].contains("120 mistakes; nothing was made"))
        #expect(try bench.run("user import /nowhere/at/all") == 66)
    }

    @Test("As JSON all mistakes are in the error, which is all that is told") func mistakesAsJSON() throws {
        let path = try written("address\n" + String(repeating: "nobody\n", count: 120))
        defer { try? FileManager.default.removeItem(atPath: path) }
        struct Told: Decodable {
            struct Mistake: Decodable { let line: Int, sentence: String }
            let error: AdminError, mistakes: [Mistake]
        }
        for command in ["user import", "apply"] {
            let bench = Bench()
            #expect(try bench.run("\(command) --format json \(path)") == 65 && bench.console.output.isEmpty)
            let told = try JSONDecoder().decode(Told.self, from: Data(bench.console.errors.utf8))
            #expect(told.error.code == .invalid && told.mistakes.count == (command == "apply" ? 1 : 120))
        }
    }

    @Test("A hash is given, or read from standard input or a file") func hashes() throws {
        let path = try written(Self.hash + "\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let request = #"POST /users/ann%40acme.example/password {"password":{"hash":"\#(Self.hash.replacing("/", with: "\\/"))"}}"#
        for line in ["--hash \(Self.hash)", "--hash-stdin", "--hash-file \(path)"] {
            let bench = Bench(FakeConsole(input: [Self.hash]))
            #expect(try bench.run("user password ann@acme.example \(line)") == 0)
            #expect(bench.transport.made == [request])
        }
        let bench = Bench()
        #expect(try bench.run("user create ann@acme.example --hash {SSHA}!secret") == 65)
        #expect(bench.console.errors.contains("Base 64") && !bench.console.errors.contains("!secret"))
        #expect(try bench.run("user create ann@acme.example --hash {SSHA}x --generate") == 64)
        #expect(try bench.run("user create ann@acme.example --hash-stdin --no-password") == 64)
        #expect(try bench.run("administrator password jo --hash {SSHA}x") == 64)
        #expect(bench.transport.made.isEmpty)
    }
}

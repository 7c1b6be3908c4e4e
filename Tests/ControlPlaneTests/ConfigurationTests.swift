import ControlPlane
import Testing

@Suite("Configuration") struct ConfigurationTests {
    static func read(_ text: String) throws -> Configuration {
        var configuration = Configuration(hostname: "mail.example", loginThreads: 1)
        try configuration.apply(file: Array(text.utf8), path: "casella.json")
        return configuration
    }

    @Test("An empty object leaves every default") func empty() throws {
        #expect(try Self.read("{}") == Configuration(hostname: "mail.example", loginThreads: 1))
    }

    @Test("Every key is understood") func all() throws {
        let read = try Self.read(
            """
            {"hostname": "mx.acme.example", "postmaster": "Ann@acme.example", "bind": "::", "portBase": 0,
             "userIDBase": 300000, "adminUsers": [1000], "argon2": {"memory": 7168, "passes": 5}, "loginThreads": 3, "loginQueue": 10,
             "wrongLogins": {"perPlace": 5, "perAddress": 20, "perAccount": 50, "forgottenAfter": 600}, "plaintextLoginFromLoopback": true,
             "passwords": {"minimumLength": 12, "remembered": 0},
             "messageSize": "10 MB", "recipients": 200, "hops": 25, "connectionsPerAddress": 5, "loginTime": 60,
             "overQuota": "defer", "quotaWarnings": [90], "accountNotices": false, "deletedKeptDays": 3, "idleSeconds": 5,
             "hangSeconds": 30, "retrySchedule": [1, 2], "lifetime": 60, "smtpPort": 2525, "httpsPort": 0, "accountPages": false,
             "metrics": "127.0.0.1:9465",
             "routes": [{"domain": "Else.example", "host": "127.0.0.1", "port": 2500}, {"domain": "*", "host": "smart.example"}],
             "tls": {"certificate": "/c", "key": "/k"}, "database": {"url": "postgresql://h/d"}}
            """)
        #expect(read.hostname == "mx.acme.example" && read.postmaster == "ann@acme.example")
        #expect(read.portBase == 0 && read.adminUsers == [1000] && read.argon2Memory == 7_168)
        #expect(read.limits.messageSize == 10_000_000 && read.defersOverQuota && read.retrySchedule == [1, 2])
        #expect(!read.accountNotices && Configuration(hostname: "h", loginThreads: 1).accountNotices)
        #expect(read.quotaWarnings == [90] && read.deletedKeptDays == 3 && read.metrics == ListeningAddress("127.0.0.1:9465"))
        #expect(read.wrongLogins.perPlace == 5 && read.wrongLogins.perAddress == 20 && read.wrongLogins.perAccount == 50)
        #expect(read.wrongLogins.period == .seconds(600) && read.httpsPort == 0)
        #expect(!read.accountPages && Configuration(hostname: "h", loginThreads: 1).hasAccountPages)
        #expect(read.passwords.minimumLength == 12 && read.passwords.remembered == 0)
        #expect(read.routes.map(\.domain) == ["else.example", "*"] && read.routes.map(\.port) == [2500, 25])
        #expect(read.certificateFile == "/c" && read.databaseURL == "postgresql://h/d")
    }

    @Test("There are account pages where they are wanted, and where there is a door for them") func accountPages() throws {
        #expect(try Self.read("{\"httpsPort\": 444}").hasAccountPages)
        #expect(try !Self.read("{\"accountPages\": false}").hasAccountPages)
        #expect(try !Self.read("{\"httpsPort\": 0}").hasAccountPages)
    }

    static let mistakes: [(String, String)] = [
        ("{\n \"hostnam\": \"x\"}", "line 2: \"hostnam\" is no key"),
        ("{\n\n\"argon2\": {\"memroy\": 1}}", "line 3: \"argon2.memroy\" is no key"),
        ("{\"portBase\": \"1\"}", "line 1: \"portBase\" is a number from 0 to 57092"),
        ("{\"portBase\": 99999}", "\"portBase\" is a number"), ("{\"overQuota\": \"drop\"}", "\"reject\" or \"defer\""),
        ("{\"accountPages\": \"no\"}", "\"accountPages\" is"),
        ("{\"quotaWarnings\": [80, 101]}", "\"quotaWarnings\" is a number from 1 to 100"),
        ("{\"passwords\": {\"minimumLength\": 7}}", "\"passwords.minimumLength\" is a number from 8 to 128"),
        ("{\"hops\": 1.5}", "\"hops\" is a number"), ("{\"messageSize\": \"huge\"}", "\"messageSize\" is a size"),
        ("{\"hostname\": \"a\",\n\"hostname\": \"b\"}", "line 2: \"hostname\" stands there twice"),
        ("{\"hostname\": \"a\"", "a comma or a closing brace is expected"), ("{,}", "a key in quotation marks is expected"),
        ("", "a value is missing"),
        ("[]", "the configuration is an object"), ("{} x", "behind the closing brace"), ("{\"bind\": \"a\nb\"}", "a text is not closed"),
        ("{\"routes\": [{\"host\": \"h\"}]}", "\"domain\" is missing"), ("{\"tls\": {\"key\": \"/k\"}}", "certificate and key go together"),
        (String(repeating: "[", count: 100), "nested too deep"),
    ]
    @Test("A mistake is shown with its line and its key", arguments: mistakes) func mistake(text: String, expected: String) {
        let error = #expect(throws: StartupError.self) { try Self.read(text) }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
        #expect(error?.description.hasPrefix("casella.json") == true)
    }

    @Test("Every prefix of a configuration is refused without a trap") func prefixes() {
        let text = Array("{\"routes\": [{\"domain\": \"a\\\"é\", \"host\": \"h\", \"port\": 25}], \"hops\": 20}".utf8)
        for length in 0..<text.count {
            var configuration = Configuration(hostname: "h", loginThreads: 1)
            #expect(throws: StartupError.self) { try configuration.apply(file: Array(text[..<length]), path: "c") }
        }
    }

    @Test("Options take a value behind a space or an equals sign") func options() throws {
        let options = try Options(parsing: ["--data", "/d", "--port-base=20000", "--bind", "::1", "--migrations", "/m", "--programs=/p"])
        #expect(
            options.data == "/d" && options.portBase == 20_000 && options.bind == "::1" && options.migrations == "/m"
                && options.programs == "/p")
        for wrong in [["--date", "/d"], ["--data"], ["--port-base", "x"], ["--port-base", "-1"], ["extra"]] {
            #expect(throws: StartupError.self) { try Options(parsing: wrong) }
        }
    }

    static let urls: [(String, DatabaseAddressParts?)] = [
        ("postgresql://u:p%40w@db.example:6432/mail", .init("db.example", 6432, "mail", "u", "p@w")),
        ("postgres://db.example/mail", .init("db.example", 5432, "mail", "casella_control", nil)),
        ("postgresql://[::1]:6432/mail", .init("::1", 6432, "mail", "casella_control", nil)),
        ("postgresql://[::1]/mail", .init("::1", 5432, "mail", "casella_control", nil)),
        ("postgresql://%2Frun%2Fpg/mail", .init("/run/pg", 5432, "mail", "casella_control", nil)),
        ("mysql://h/d", nil), ("postgresql://h", nil), ("postgresql:///d", nil), ("postgresql://h:0/d", nil), ("postgresql://h/", nil),
        ("", nil),
    ]
    @Test("database.url names host, port, database, role and password", arguments: urls)
    func databaseURL(text: String, expected: DatabaseAddressParts?) {
        let read = (try? DatabaseAddress(parsing: text)).map { DatabaseAddressParts($0.host, $0.port, $0.database, $0.user, $0.password) }
        #expect(read == expected)
    }

    struct DatabaseAddressParts: Equatable, Sendable {
        var host: String, port: Int, database: String, user: String, password: String?
        init(_ host: String, _ port: Int, _ database: String, _ user: String, _ password: String?) {
            (self.host, self.port, self.database, self.user, self.password) = (host, port, database, user, password)
        }
    }
}

import AdminAPI
import AdminShell
import Quantities
import Testing

@Suite("top") struct TopTests {
    static func load(_ milliseconds: Int64, delivered: Int64, tenants: [PlatformLoad.TenantLoad] = []) -> PlatformLoad {
        PlatformLoad(
            hostname: "mx.casella.test", at: Timestamp("2026-05-04T03:02:01Z") ?? Timestamp(secondsSince1970: 0),
            milliseconds: milliseconds,
            mail: .init(delivered: delivered, refused: 0, deferred: 1, submitted: 4), sessions: .init(imap: 40, pop3: 0, submission: 2),
            commands: 700, loginsAccepted: 9, loginsRefused: 0, connections: 44,
            queue: .init(messages: 3, held: 1, oldestSeconds: 750),
            disk: .init(free: ByteCount(41_000_000_000), size: ByteCount(100_000_000_000)),
            memory: ByteCount(312_000_000), tenants: tenants)
    }

    static func tenant(_ name: String, sessions: Int64, delivered: Int64, stored: Int64, isRunning: Bool = true) throws
        -> PlatformLoad.TenantLoad
    {
        PlatformLoad.TenantLoad(
            name: try TenantName(name), isRunning: isRunning, sessions: sessions, delivered: delivered, commands: 10 * delivered,
            stored: ByteCount(stored), memory: ByteCount(isRunning ? 12_000_000 : 0))
    }

    static func rates() throws -> LoadRates {
        let before = load(60_000, delivered: 100, tenants: [try tenant("acme", sessions: 1, delivered: 90, stored: 5_000_000)])
        let now = load(
            62_000, delivered: 125,
            tenants: [
                try tenant("acme", sessions: 2, delivered: 95, stored: 5_000_000),
                try tenant("big", sessions: 40, delivered: 20, stored: 1_000),
                try tenant("idle", sessions: 0, delivered: 0, stored: 900_000_000, isRunning: false),
            ])
        return LoadRates(now, since: before)
    }

    @Test("The smallest screen shows all figures, tenants by mail, and the keys") func smallest() throws {
        let lines = TopView(columns: 60, rows: 15).lines(try Self.rates())
        #expect(lines.count == 15)
        #expect(
            lines.map { $0.trimmingTrailingSpaces() } == [
                "Casella at mx.casella.test               up 1 min  03:02:01Z", "",
                "mail      delivered 12.5/s, refused 0/s, deferred 0/s",
                "          submitted 0/s, queue 3, held 1, oldest 12 min",
                "sessions  42: imap 40, pop3 0, submission 2",
                "          commands 0/s, logins 0/s, refused 0/s",
                "machine   disk 41 GB free (41 %), memory 312 MB", "",
                "TENANT          SESSIONS MAIL/S*  CMDS/S    STORED    MEMORY",
                "big                   40      10     100      1 KB     12 MB",
                "acme                   2     2.5      25      5 MB     12 MB",
                "idle                   0       0       0    900 MB         -", "", "",
                "q quits; arrows or s change the order",
            ])
    }

    @Test("No line is wider than the screen, whatever its size; styles take no room", arguments: [(60, 15), (61, 16), (80, 24), (200, 60)])
    func width(columns: Int, rows: Int) throws {
        let tenants = try (1...100).map { try Self.tenant("tenant-with-a-long-name-\($0)", sessions: 1, delivered: 1, stored: 1 << 50) }
        let rates = LoadRates(Self.load(9_000_000_000, delivered: .max / 2, tenants: tenants), since: nil)
        let lines = TopView(columns: columns, rows: rows).lines(rates)
        #expect(lines.count == rows && lines.allSatisfy { $0.count <= columns })
        #expect(lines.contains { $0.hasPrefix("and ") && $0.hasSuffix(" tenants more") } == (rows < 110))
        let styled = TopView(columns: columns, rows: rows, isStyled: true).lines(rates)
        #expect(styled.contains { $0.contains("\u{1B}[7m") } && !lines.joined().contains("\u{1B}"))
    }

    @Test("A screen that is too small says so") func tooSmall() throws {
        #expect(TopView(columns: 59, rows: 40).lines(try Self.rates()) == ["The terminal is too small: 60 by 15 are needed."])
        #expect(TopView(columns: 20, rows: 14).lines(try Self.rates()) == ["The terminal is too "])
    }

    @Test("Tenants are sorted by any column, those of the same load by name") func order() throws {
        let rates = try Self.rates()
        func names(_ sort: TopView.Column) -> [String] {
            TopView(sort: sort, columns: 80, rows: 24).lines(rates)[9..<12].map { String($0.prefix { $0 != " " }) }
        }
        #expect(names(.tenant) == ["acme", "big", "idle"] && names(.sessions) == ["big", "acme", "idle"])
        #expect(names(.stored) == ["idle", "acme", "big"] && names(.memory) == ["acme", "big", "idle"])
        #expect(TopView.Column.memory.next(1) == .tenant && TopView.Column.tenant.next(-1) == .memory)
    }

    @Test("Without a second reading no rate is known; after a restart of the platform neither") func firstReading() throws {
        #expect(LoadRates(Self.load(1_000, delivered: 5), since: nil).deliveredPerSecond == nil)
        #expect(LoadRates(Self.load(1_000, delivered: 5), since: Self.load(9_000, delivered: 900)).deliveredPerSecond == nil)
        #expect(TopView(columns: 80, rows: 24).lines(LoadRates(Self.load(1, delivered: 5), since: nil))[2].contains("delivered -/s"))
    }

    @Test("A problem takes the place of the keys, and steers no terminal") func problem() throws {
        let lines = TopView(columns: 60, rows: 15).lines(try Self.rates(), problem: "it is\u{1B}[2J gone")
        #expect(lines.last == "! it is?[2J gone")
    }

    static let rateTexts: [(Double?, String)] = [
        (nil, "-"), (0, "0"), (0.04, "0"), (0.25, "0.3"), (12.5, "12.5"),
        (99.96, "100"), (310.4, "310"),
    ]
    @Test("Rates are short", arguments: rateTexts) func rateText(rate: Double?, text: String) { #expect(RateText.text(rate) == text) }

    static let durations: [(Int64, String)] = [
        (0, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (11_520, "3 h 12 min"), (442_800, "5 d 3 h"),
    ]
    @Test("Durations are short", arguments: durations) func duration(seconds: Int64, text: String) {
        #expect(RateText.duration(seconds: seconds) == text)
    }

    @Test("It needs a terminal, unless it is to print once") func noTerminal() throws {
        let bench = Bench()
        #expect(try bench.run("top --interval 0") == 64 && bench.console.errors.contains("0.1 to 60"))
    }
}

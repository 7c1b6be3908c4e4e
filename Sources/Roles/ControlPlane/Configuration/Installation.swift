import Glibc

/// What belongs to the installed software: programs and migrations.
struct Installation: Sendable {
    let programs: String
    let migrations: String

    init(_ options: Options) throws(StartupError) {
        guard let own = realpath("/proc/self/exe", nil) else { throw .file(path: "/proc/self/exe", doing: "find", code: errno) }
        let executable = String(cString: own)
        free(own)
        let home = Self.parent(of: executable)
        programs = options.programs ?? home
        for name in ["casella-gateway", "casella-tenant", "casella-relay"] where access("\(programs)/\(name)", X_OK) != 0 {
            throw .configuration("There is no program \(programs)/\(name); name the directory of Casella's programs with --programs.")
        }
        migrations = options.migrations ?? Self.findMigrations(from: home)
    }

    /// `../share/casella/Migrations` of an installation, or `Migrations` of the checkout that the program was built in.
    private static func findMigrations(from home: String) -> String {
        var places = ["\(parent(of: home))/share/casella/Migrations"]
        var directory = home
        for _ in 0..<5 {
            directory = parent(of: directory)
            places.append("\(directory)/Migrations")
        }
        return places.first { FileSystem.exists("\($0)/0001_roles.sql") } ?? places[0]
    }

    private static func parent(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }
}

extension Configuration {
    /// Defaults, then `<data>/casella.json`, then the command line.
    static func load(_ options: Options) throws(StartupError) -> Configuration {
        let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        var configuration = Configuration(hostname: machineName(), loginThreads: max(1, cores))
        let path = options.data + "/casella.json"
        if let bytes = try FileSystem.read(path) { try configuration.apply(file: bytes, path: path) }
        if let portBase = options.portBase { configuration.portBase = portBase }
        if let bind = options.bind { configuration.bind = bind }
        if let hostname = options.hostname { configuration.hostname = hostname }
        return configuration
    }

    private static func machineName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0, name[0] != 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

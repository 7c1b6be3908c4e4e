import FoundationEssentials
import FuzzTargets
import Testing

extension FuzzTarget: CustomTestStringConvertible {
    public var testDescription: String { name }
}

@Suite("What the fuzzers began with, and what they found")
struct ReplayTests {
    private static let folder = String(#filePath.dropLast("Replay/ReplayTests.swift".count))

    private static func files(_ kind: String, _ name: String) -> [String] {
        let folder = "\(Self.folder)\(kind)/\(name)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { "\(folder)/\($0)" }
    }

    @Test("A parser keeps its promises for each of its cases", .timeLimit(.minutes(1)), arguments: FuzzTarget.all)
    func replay(target: FuzzTarget) throws {
        let files = Self.files("Corpus", target.name) + Self.files("Found", target.name)
        #expect(!files.isEmpty, "a parser needs inputs to begin with, in Tests/Fuzz/Corpus/\(target.name)")
        for file in files {
            let bytes = Array(try Data(contentsOf: URL(filePath: file)))
            #expect(throws: Never.self, "\(file)") { try target.run(bytes) }
        }
        #expect(throws: Never.self, "no octets at all") { try target.run([]) }
    }

    @Test("Each folder of cases belongs to a parser", arguments: ["Corpus", "Found"])
    func folders(kind: String) throws {
        let names = Set(FuzzTarget.all.map(\.name))
        for folder in (try? FileManager.default.contentsOfDirectory(atPath: Self.folder + kind)) ?? [] { #expect(names.contains(folder)) }
    }
}

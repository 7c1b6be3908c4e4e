import AdminAPI
import AdminShell
import ControlPlane
import Quantities

/// HTTP responses as the shell reads them.
enum AdminResponses {
    static func check(_ input: [UInt8]) throws {
        var first: HTTPResponse??
        for pieces in Pieces.ways(input) {
            let response = try read(pieces)
            try promiseEqual(response, first ?? response, "the response depends on the pieces")
            first = .some(response)
        }
    }

    /// Nil for what is refused, and for what is cut off.
    private static func read(_ pieces: [ArraySlice<UInt8>]) throws -> HTTPResponse? {
        var reader = HTTPResponseReader()
        for piece in pieces {
            do throws(AdminError) {
                if let response = try reader.receive(piece) {
                    try check(response)
                    return response
                }
            } catch { return nil }
        }
        return try? reader.finish()
    }

    private static func check(_ response: HTTPResponse) throws(AdminError) {
        guard (100...599).contains(response.status) else { throw AdminError(.invalid, "status \(response.status)") }
    }
}

/// Lines of the shell and of batch files.
enum ShellLines {
    static func check(_ input: [UInt8]) throws {
        let line = String(decoding: input, as: UTF8.self)
        guard let words = try? CommandWords.split(line) else { return }
        try promiseEqual(try CommandWords.split(words.map(quoted).joined(separator: " ")), words, "words quoted and parted again")
    }

    /// By scalars: a quote with an accent behind it is a quote.
    private static func quoted(_ word: String) -> String {
        var text = "'".unicodeScalars
        for scalar in word.unicodeScalars {
            if scalar == "'" { text.append(contentsOf: "'\\'".unicodeScalars) }
            text.append(scalar)
        }
        return String(text) + "'"
    }
}

/// Sizes as people write them.
enum Quantity {
    static func check(_ input: [UInt8]) throws {
        guard let size = ByteCount(String(decoding: input, as: UTF8.self)) else { return }
        try promise(size.octets >= 0, "a negative size")
        guard size.octets < 9_000_000_000_000_000_000 else { return }  // near the largest number, rounding up goes beyond it
        guard let shownSize = ByteCount(size.description) else { throw BrokenPromise(description: "\(size) is no size") }
        // Shown with one decimal at least, so no further off than half a tenth of the unit: a twentieth.
        let difference = max(size.octets, shownSize.octets) - min(size.octets, shownSize.octets)
        try promise(difference <= size.octets / 20, "\(size.octets) is shown as \(size)")
        try promiseEqual(shownSize.description, size.description, "a size shown again")
    }
}

/// The configuration file: refused with a line, or taken.
enum ConfigurationFiles {
    static func check(_ input: [UInt8]) throws {
        var configuration = Configuration(hostname: "mx.example", loginThreads: 1)
        do {
            try configuration.apply(file: input, path: "casella.json")
        } catch {
            let message = "\(error)"
            try promise(message.contains("casella.json") && message.utf8.count < 4 * input.count + 2_000, "a message: \(message)")
            return
        }
        try promise((65_536...1_073_741_824).contains(configuration.limits.messageSize), "messageSize")
        try promise(!configuration.retrySchedule.isEmpty && configuration.retrySchedule.allSatisfy { $0 > 0 }, "retrySchedule")
        try promise((configuration.certificateFile == nil) == (configuration.privateKeyFile == nil), "certificate and key")
    }
}

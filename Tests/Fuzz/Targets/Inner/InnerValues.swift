import Cryptography
import FoundationEssentials
import ProxyProtocol
import Resolver
import SASL
import Supervision
import Zstd

/// PLAIN and LOGIN: each LF of the input parts two responses.
enum SASLExchanges {
    static func check(_ input: [UInt8]) throws {
        let responses = input.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
        for mechanism in SASLMechanism.allCases {
            for initial in [nil, responses[0]] {
                var exchange = SASLServerExchange(mechanism)
                var steps = [exchange.start(initialResponse: initial)]
                for response in initial == nil ? responses[...] : responses.dropFirst() { steps.append(exchange.receive(response)) }
                try promise(steps.count { if case .challenge = $0 { true } else { false } } <= 2, "challenges without end")
                let ends = steps.drop { if case .challenge = $0 { true } else { false } }
                try promise(ends.dropFirst().allSatisfy { $0 == .malformed }, "an exchange that ended goes on")
                if case .credentials(let credentials) = ends.first { try check(credentials) }
            }
        }
        if let name = SASLMechanism(named: input) { try promiseEqual(SASLMechanism(named: name.rawValue.utf8), name, "a name") }
    }

    private static func check(_ credentials: SASLCredentials) throws {
        let parts = [credentials.authorization, credentials.authentication, credentials.password]
        try promise(parts.allSatisfy { $0.utf8.count <= SASLCredentials.partLimit && !$0.utf8.contains(0) }, "a part of the credentials")
        try promise(!credentials.authentication.isEmpty && !credentials.password.isEmpty, "credentials without a name or a password")
        try promiseEqual(SASLCredentials(plain: credentials.plainMessage), credentials, "credentials written again")
    }

    /// Strict: only what was encoded is decoded. Hexadecimal digits likewise.
    static func checkBase64(_ input: [UInt8]) throws {
        try promiseEqual(SASL.Base64.decode(SASL.Base64.encode(input)), input, "base64 and back")
        if let octets = SASL.Base64.decode(input) { try promiseEqual(SASL.Base64.encode(octets), input, "base64 that nobody wrote") }
        try promiseEqual(Hexadecimal.decode(Hexadecimal.encode(input)), input, "hexadecimal and back")
        let text = String(decoding: input, as: UTF8.self)
        if let octets = Hexadecimal.decode(text) { try promiseEqual(Hexadecimal.encode(octets), text.lowercased(), "hexadecimal") }
    }
}

/// The PROXY header, and what it says of a session.
enum ProxyHeaders {
    static func check(_ input: [UInt8]) throws {
        let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        for bytes in [input, signature + input] {
            guard case .header(let header, let length) = ProxyHeader.parse(bytes) else { continue }
            try promise(length <= bytes.count, "a header longer than what came")
            for count in [0, 5, 12, 15, 16, length - 1] where count < length {
                try promiseEqual(ProxyHeader.parse(bytes[..<count]), .needsMore, "the first \(count) octets")
            }
            if let encoded = header.encoded() {
                try promiseEqual(ProxyHeader.parse(encoded), .header(header, length: encoded.count), "a header written again")
            }
            guard let handover = SessionHandover(header) else { continue }
            if handover.header().encoded() != nil { try check(handover) }
        }
    }

    private static func check(_ handover: SessionHandover) throws {
        guard var again = SessionHandover(handover.header()) else { throw BrokenPromise(description: "\(handover) is lost") }
        // The port travels with an IPv4 address only; for others there is nobody to ask it.
        if again.clientPort == 0 { again.clientPort = handover.clientPort }
        try promiseEqual(again, handover, "a hand-over written again")
    }
}

/// JSON lines between the control plane and its children.
enum SupervisionMessages {
    static func check(_ input: [UInt8]) throws {
        try JSONValues.check(Report.self, input)
        try JSONValues.check(Instruction.self, input)
        try JSONValues.check(GatewayConfiguration.self, input)
        try JSONValues.check(TenantConfiguration.self, input)
        try JSONValues.check(RelayConfiguration.self, input)
    }
}

/// Values that travel as JSON: decoded, encoded, decoded they are the same, and once encoded they stay as they are.
enum JSONValues {
    static func check<Value: Codable>(_ type: Value.Type, _ input: [UInt8]) throws {
        guard let value = try? JSONDecoder().decode(type, from: Data(input)) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let encoded = try? encoder.encode(value) else { throw BrokenPromise(description: "\(value) cannot be written") }
        guard let again = try? JSONDecoder().decode(type, from: encoded) else {
            throw BrokenPromise(description: "\(shown(encoded)) is not understood")
        }
        try promiseEqual(try? encoder.encode(again), encoded, "a \(type) written again")
        try promise(!encoded.contains(10), "a value of several lines")
    }
}

/// What a name server's records say, which others publish.
enum DNSRecords {
    static func check(_ input: [UInt8]) throws {
        if let host = RecordData.mailHost(input) { try promise(isName(host.name), "a mail host named \(host.name)") }
        if let text = RecordData.text(input) {
            try promise(text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }, "a control character in \(text)")
        }
        if let service = RecordData.service(input) {
            let parts = service.split(separator: " ", omittingEmptySubsequences: false)
            try promise(parts.count == 4 && parts[3].hasSuffix(".") && isName(String(parts[3])), "a service at \(service)")
        }
        if let association = RecordData.certificateAssociation(input) {
            try promise(association.split(separator: " ").count == 4, "an association \(association)")
        }
        for address in [RecordData.ipv4(input), RecordData.ipv6(input)] {
            if let address { try promise(RecordData.isAddress(address), "\(address) is no address") }
        }
    }

    private static func isName(_ name: String) -> Bool {
        name.utf8.count <= 255 && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && !(65...90).contains($0) }
    }
}

/// Compressed messages.
enum ZstdFrames {
    static func check(_ input: [UInt8]) throws {
        let decompressor = ZstdDecompressor()
        let compressed = try ZstdCompressor().compress(input, level: 1)
        try promiseEqual(try decompressor.decompress(compressed, originalSize: input.count), input, "compressed and back")
        for size in [0, 1, 100, 10_000] {
            guard let bytes = try? decompressor.decompress(input, originalSize: size) else { continue }
            try promiseEqual(bytes.count, size, "octets of a frame")
        }
    }
}

/// What the servers that a message passed through wrote above it (RFC 5321 §4.4).
public enum ReceivedFields {
    /// How many Received fields the header has.
    public static func count(in message: [UInt8]) -> Int {
        message.withUnsafeBufferPointer { message in
            var fields = 0, lineStart = 0
            while lineStart < message.count, message[lineStart] != 13 {
                if isReceivedField(message, at: lineStart) { fields += 1 }
                while lineStart < message.count, message[lineStart] != 10 { lineStart += 1 }
                lineStart += 1
            }
            return fields
        }
    }

    private static func isReceivedField(_ message: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        let name: StaticString = "RECEIVED:"
        guard message.count - start >= name.utf8CodeUnitCount else { return false }
        return (0..<name.utf8CodeUnitCount).allSatisfy { message[start + $0].asciiUppercased == name.utf8Start[$0] }
    }
}

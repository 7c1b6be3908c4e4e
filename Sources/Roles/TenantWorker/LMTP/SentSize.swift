import SMTP

/// How large a message was when its sender handed it in. What a plan allows is of that: nobody can know what is written above it here.
enum SentSize {
    /// Without what stands above it down to the topmost Received field: that one, and all before it, was put there by this platform.
    static func octets(of message: [UInt8], _ header: HeaderScan) -> Int {
        message.count - (header.fields(named: "received").first?.range.upperBound ?? 0)
    }
}

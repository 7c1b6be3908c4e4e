/// The `relaxed` form of header fields (RFC 6376 §3.4.2).
public enum RelaxedHeader {
    /// - Parameters:
    ///   - name: without the colon and blanks before it.
    ///   - value: what is behind the colon, with or without its line end.
    /// - Returns: the field, without a line end.
    public static func field(_ name: some Sequence<UInt8>, _ value: some Sequence<UInt8>) -> [UInt8] {
        var output = name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 } + [UInt8(ascii: ":")]
        let start = output.count
        var hasBlank = false
        for byte in value where byte != 13 && byte != 10 {
            guard byte != 32, byte != 9 else {
                hasBlank = true
                continue
            }
            if hasBlank, output.count > start { output.append(32) }
            hasBlank = false
            output.append(byte)
        }
        return output
    }
}

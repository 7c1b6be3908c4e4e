import CIDN2

/// A domain name in ASCII, whose labels may be A-labels (`xn--…`), and in Unicode: two spellings of one name (RFC 5890), by libidn2.
///
/// Nothing is mapped. A label that is no U-label as IDNA2008 has it (RFC 5891, RFC 5892) has no A-label, so that no two names that merely
/// look or sound alike, or are written in capitals, are taken for one.
public enum InternationalName {
    /// In lower case. What is in ASCII already is taken as it is.
    /// - Returns: nil when a label is none that could be registered.
    public static func ascii(_ name: String) -> String? {
        guard name.utf8.contains(where: { $0 >= 0x80 }) else { return name.lowercased() }
        let octets = lowercased(name)
        guard !octets.contains(0) else { return nil }
        var result: UnsafeMutablePointer<UInt8>?
        guard idn2_lookup_u8(octets + [0], &result, CInt(IDN2_NO_TR46.rawValue)) == CInt(IDN2_OK.rawValue), let result else { return nil }
        defer { idn2_free(result) }
        let found = String(cString: result)
        return found.utf8.allSatisfy { $0 < 0x80 } ? found : nil
    }

    /// The octets of the spelling in Unicode, in lower case. (They and no String: Strings are equal when they are canonically equivalent.)
    /// - Parameter name: in ASCII.
    /// - Returns: nil when it has no other spelling than this one.
    public static func unicode(_ name: String) -> [UInt8]? {
        let name = name.lowercased()
        guard name.hasPrefix("xn--") || name.contains(".xn--"), !name.utf8.contains(0) else { return nil }
        var result: UnsafeMutablePointer<CChar>?
        guard idn2_to_unicode_8z8z(name, &result, 0) == CInt(IDN2_OK.rawValue), let result else { return nil }
        defer { idn2_free(result) }
        let found = String(cString: result)
        // Which it must lead back from: there are names that only look as if they were made from Unicode.
        return found.utf8.contains { $0 >= 0x80 } && ascii(found) == name ? Array(found.utf8) : nil
    }

    /// As `unicode` has names: with the letters of ASCII alone in lower case.
    public static func lowercased(_ name: String) -> [UInt8] { name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 } }
}

import AdminAPI

/// What becomes of addresses in a domain that led to a user who has another address now.
package struct AddressMove {
    private let old: String
    private let new: EmailAddress
    private let exceptions: Set<String>

    /// - Parameters:
    ///   - old: the user's old local part.
    ///   - exceptions: local parts with a `+` that are users, aliases or groups of their own.
    package init(from old: String, to new: EmailAddress, except exceptions: Set<String>) {
        (self.old, self.new, self.exceptions) = (old, new, exceptions)
    }

    /// nil for an address that led elsewhere. `+detail` (RFC 5233) stays where it can.
    package func destination(of address: TargetAddress) -> String? {
        let local = address.localPart
        if local.lowercased() == old { return new.text }
        guard let plus = local.firstIndex(of: "+"), local[..<plus].lowercased() == old, !exceptions.contains(local.lowercased()) else {
            return nil
        }
        let detailed = "\(new.localPart)\(local[plus...])@\(new.domain)"
        let isDetail = !new.localPart.contains("+") && (try? EmailAddress(detailed)) != nil
        return isDetail ? detailed : new.text
    }
}

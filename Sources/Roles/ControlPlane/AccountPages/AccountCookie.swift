/// What a browser keeps of a session. Its name has browsers see to it that it came over TLS, from this very host, and for all paths
/// (RFC 6265bis, §4.1.3.2); no script reads it, and it goes with no request that another site's page began.
enum AccountCookie {
    static let name = "__Host-casella"
    private static let attributes = "Path=/; Secure; HttpOnly; SameSite=Strict"

    /// It ends with the browser: how long it is good is known here.
    static func setting(_ token: String) -> String { "\(name)=\(token); \(attributes)" }
    static let clearing = "\(name)=; \(attributes); Max-Age=0"
}

/// Who answers over HTTPS on this host.
struct WebFacts: Sendable, Equatable {
    /// The port that zones and mail programs are told.
    let port: Int
    /// False when a web server stands before the gateway, or instead of it: certificates are its matter then.
    let isOurs: Bool
    let hasAccountPages: Bool

    init(_ configuration: Configuration) {
        hasAccountPages = configuration.hasAccountPages
        isOurs = configuration.httpsPort == PublicListeners.standardWebPort
        port = isOurs ? configuration.portBase + configuration.httpsPort : PublicListeners.standardWebPort
    }
}

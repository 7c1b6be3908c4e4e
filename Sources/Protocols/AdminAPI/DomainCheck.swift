/// What the world's DNS says of a domain, held against what mail for it needs here.
public struct DomainCheck: Codable, Sendable, Hashable {
    public var domain: DomainName
    public var findings: [Finding]

    /// One kind of record; TLS: what the mail host shows.
    public struct Finding: Codable, Sendable, Hashable {
        public enum Verdict: String, Codable, Sendable {
            case right, wrong
            /// It is not there, and mail goes without it; but it would be better there.
            case advised
            /// Nobody could be asked just now.
            case unknown
        }
        public var type: String
        public var name: String
        public var verdict: Verdict
        /// What is published, as in a zone file; empty when nothing is.
        public var published: [String]
        /// A sentence that says what was found and, if it is wrong, what to publish.
        public var explanation: String

        public init(type: String, name: String, verdict: Verdict, published: [String], explanation: String) {
            (self.type, self.name, self.verdict, self.published, self.explanation) = (type, name, verdict, published, explanation)
        }
    }

    public init(domain: DomainName, findings: [Finding]) { (self.domain, self.findings) = (domain, findings) }
}

/// One thing that the control plane can be asked over its HTTP interface. Route, permission and effect are declared here, once, for
/// both sides.
///
/// The request travels as the JSON body (none for `Nothing`); what selects its object is in the path (`{name}`), what narrows a
/// list in the query.
public struct Call<Request: Codable & Sendable, Response: Codable & Sendable>: AnyCall {
    /// What it is called in the audit log and in refusals: the shell's command for it.
    public let command: String
    public let method: HTTPMethod
    public let path: PathTemplate
    /// Names of the query parameters that the call understands; all are optional.
    public let query: [String]
    public let needs: Permission
    public let effect: Effect

    init(_ command: String, _ method: HTTPMethod, _ path: PathTemplate, query: [String] = [], needs: Permission, effect: Effect) {
        (self.command, self.method, self.path) = (command, method, path)
        (self.query, self.needs, self.effect) = (query, needs, effect)
    }
}

/// What is known of a call without its types: for routing, the table of permissions, and tests.
public protocol AnyCall: Sendable {
    var command: String { get }
    var method: HTTPMethod { get }
    var path: PathTemplate { get }
    var query: [String] { get }
    var needs: Permission { get }
    var effect: Effect { get }
}

extension AnyCall {
    /// The calls that need no session: their body proves who calls.
    public var isLogin: Bool {
        let own: [PathTemplate] = ["/self/password", "/self/app-passwords", "/self/app-passwords/list", "/self/app-passwords/revoke"]
        return method == .post && (path == "/session" || own.contains(path))
    }
}

public enum HTTPMethod: String, Sendable { case get = "GET", post = "POST", put = "PUT", delete = "DELETE" }

/// What a call does to the record: whether it is written to the audit log, and whether the shell asks first.
public enum Effect: String, Sendable, Codable {
    case reads, changes
    /// Something is lost that no other call brings back.
    case destroys
}

/// The body of a request or response that says nothing more: `{}`.
public struct Nothing: Codable, Sendable, Hashable { public init() {} }

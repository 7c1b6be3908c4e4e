import WebForms

/// An answer of the account pages. All have the headers that keep a page from being anything but text and forms of ours.
struct PageResponse: Sendable {
    let status: Int
    private(set) var headers: [(name: String, value: String)]
    let body: [UInt8]

    /// - No script, no picture, no frame, neither ours nor anybody's; forms lead here.
    /// - Other sites are told nothing of where somebody comes from. We are: browsers that are to tell nobody say `Origin: null` of our own
    ///   forms too (WHATWG, Fetch, "append a request `Origin` header"), and these look like others' then.
    /// - Nothing is kept, not even for the Back button: who signs out leaves nothing behind.
    static let safety: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]

    private init(status: Int, type: String?, body: String) {
        self.status = status
        headers = Self.safety
        if let type { headers.append((name: "Content-Type", value: type)) }
        self.body = Array(body.utf8)
    }

    static func page(_ page: HTML, status: Int = 200) -> PageResponse {
        PageResponse(status: status, type: "text/html; charset=utf-8", body: page.markup)
    }

    static func styleSheet(_ text: String) -> PageResponse { PageResponse(status: 200, type: "text/css; charset=utf-8", body: text) }

    /// RFC 9110 §15.4.4: what was sent is done, and is not sent again when the page that follows is loaded again.
    static func redirect(to page: AccountPage, cookie: String? = nil) -> PageResponse {
        var response = PageResponse(status: 303, type: nil, body: "")
        response.headers.append((name: "Location", value: page.rawValue))
        if let cookie { response.headers.append((name: "Set-Cookie", value: cookie)) }
        return response
    }

    /// RFC 9110 §15.4.3: it is at another place for now.
    static func found(_ page: AccountPage) -> PageResponse {
        var response = PageResponse(status: 302, type: nil, body: "")
        response.headers.append((name: "Location", value: page.rawValue))
        return response
    }

    func allowing(_ methods: String) -> PageResponse {
        var copy = self
        copy.headers.append((name: "Allow", value: methods))
        return copy
    }

    /// The value of a header that is there.
    subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}

import WebForms

/// What browsers send to the account pages is read without harm, and what is shown of it is text.
enum BrowserInput {
    static func checkForm(_ input: [UInt8]) throws {
        guard let form = FormFields(parsing: input) else { return }
        for name in ["a", "token", ""] {
            for value in form.all(name) {
                try promise(!value.utf8.contains(0), "a value has U+0000 in \(shown(input))")
                let page: HTML = "<p title=\"\(value)\">\(value)</p>"
                try promiseEqual(page.markup.utf8.count { $0 == UInt8(ascii: "<") }, 2, "a value is more than text: \(shown(input))")
                try promiseEqual(page.markup.utf8.count { $0 == UInt8(ascii: "\"") }, 2, "a value leaves its attribute: \(shown(input))")
            }
            if let value = form[name] { try promiseEqual(form.all(name), [value], "a value is another: \(shown(input))") }
        }
    }

    static func checkCookie(_ input: [UInt8]) throws {
        let header = String(decoding: input, as: UTF8.self)
        guard let value = CookieHeader.value(of: "a", in: [header]) else { return }
        try promise(header.contains("a=\(value)") && !value.contains(";"), "a cookie has another value in \(shown(input))")
        try promise(CookieHeader.value(of: "a", in: [header, "a=x"]) == nil, "one of two is taken: \(shown(input))")
    }
}

import Runtime
import WebForms

/// What all pages have around them.
enum PageFrame {
    /// The field of a form that shows that a page of the session had it.
    static let tokenField = "token"

    static func plain(title: String, _ content: HTML) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <link rel="stylesheet" href="/account/style.css">
        </head>
        <body>
        <main>
        <h1>\(title)</h1>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    @EventLoopActor
    static func signedIn(_ page: AccountPage, _ visit: AccountRouter.Visit, _ content: HTML) -> HTML {
        let pages: [AccountPage] = visit.standing.mustChange ? [] : AccountPage.allCases
        let links: [HTML] = pages.map { other in
            let name = other.title, path = other.rawValue
            return other == page
                ? "<li aria-current=\"page\">\(name)</li>\n" : "<li><a href=\"\(path)\">\(name)</a></li>\n"
        }
        return plain(
            title: page.title,
            """
            <nav><ul>
            \(links)</ul></nav>
            <p class="who">\(visit.standing.address.text)</p>
            \(form(.signOut, visit, "<button>Sign out</button>"))
            \(content)
            """)
    }

    /// A form that is good for the session alone.
    @EventLoopActor
    static func form(_ form: AccountForm, _ visit: AccountRouter.Visit, _ content: HTML) -> HTML {
        """
        <form method="post" action="\(form.rawValue)">
        <input type="hidden" name="\(tokenField)" value="\(visit.session.formToken)">
        \(content)
        </form>
        """
    }

    static func told(_ note: AccountSession.Note) -> HTML {
        guard let secret = note.secret else { return "<p class=\"done\" role=\"status\">\(note.text)</p>\n" }
        return "<div class=\"done\" role=\"status\"><p>\(note.text)</p><p><code>\(secret)</code></p></div>\n"
    }

    static func refused(_ text: String) -> HTML { "<p class=\"refusal\" role=\"alert\">\(text)</p>\n" }

    /// The field for a one-time password, of who has such.
    static func codeField(isNeeded: Bool) -> HTML {
        guard isNeeded else { return "" }
        return """
            <label>One-time password <input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required></label>
            <p class="hint">Each is good once: if you used this one a moment ago, wait for the next.</p>
            """
    }

    static let style = """
        body { margin: 0; background: #f6f6f4; color: #1c1c1c; font: 1rem/1.5 system-ui, sans-serif; }
        main { max-width: 42rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
        nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; }
        .who { font-weight: bold; margin-bottom: .25rem; }
        form { margin: .5rem 0 1rem; }
        label { display: block; margin: .6rem 0; } label.box { display: inline-block; margin-right: 1rem; }
        input:not([type=checkbox]), textarea { display: block; box-sizing: border-box; width: 100%; max-width: 26rem; padding: .4rem;
          font: inherit; border: 1px solid #777; border-radius: 4px; background: #fff; color: inherit; }
        textarea { max-width: none; min-height: 10rem; }
        button { font: inherit; padding: .35rem .9rem; border: 1px solid #345; border-radius: 4px; background: #345; color: #fff; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem .3rem 0; vertical-align: top;
          border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
        td form { margin: 0; }
        code { font-size: 1.1rem; overflow-wrap: anywhere; }
        .hint { color: #555; margin: .2rem 0; } .done { background: #e4f2e4; padding: .5rem .75rem; }
        .refusal { background: #f8e1de; padding: .5rem .75rem; }
        @media (prefers-color-scheme: dark) {
          body { background: #1b1c1e; color: #e8e8e8; } a { color: #9bc4ff; } .hint { color: #aaa; }
          input:not([type=checkbox]), textarea { background: #26282b; } .done { background: #21402a; } .refusal { background: #55261f; }
        }

        """
}

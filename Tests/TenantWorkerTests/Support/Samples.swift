/// Messages that several tests use.
enum Sample {
    /// A short message; `id` tells one from another.
    static func note(_ id: Int = 1) -> String {
        "From: Ann <ann@a.example>\r\nTo: bob@a.example\r\nSubject: Hello =?utf-8?q?W=C3=B6rld?=\r\n"
            + "Date: Tue, 1 Feb 1994 10:00:00 +0000\r\nMessage-ID: <\(id)@x>\r\n\r\nHi there \(id)\r\n"
    }

    /// The message that RFC 3501 §8 fetches: its header as printed there, and a body of 3028 octets in 92 lines.
    static let minutes = """
        Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r
        From: Terry Gray <gray@cac.washington.edu>\r
        Subject: IMAP4rev1 WG mtg summary and minutes\r
        To: imap@cac.washington.edu\r
        cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\r
        Message-Id: <B27397-0100000@cac.washington.edu>\r
        MIME-Version: 1.0\r
        Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\r
        \r

        """ + lines(92, octets: 3028)

    /// The message whose BODY stands in RFC 3501 §7.4.2.
    static let diff = """
        Content-Type: MULTIPART/MIXED; BOUNDARY=frontier\r
        \r
        --frontier\r
        Content-Type: TEXT/PLAIN; CHARSET=US-ASCII\r
        \r

        """ + lines(23, octets: 1152) + """
        \r
        --frontier\r
        Content-Type: TEXT/PLAIN; CHARSET=US-ASCII; NAME="cc.diff"\r
        Content-ID: <960723163407.20117h@cac.washington.edu>\r
        Content-Description: Compiler diff\r
        Content-Transfer-Encoding: BASE64\r
        \r

        """ + lines(73, octets: 4554) + "\r\n--frontier--\r\n"

    /// A message in a message, beside a text.
    static let nested = """
        Subject: outer\r
        Content-Type: multipart/mixed; boundary=out\r
        \r
        preamble\r
        --out\r
        Content-Type: text/plain\r
        \r
        first\r
        --out\r
        Content-Type: message/rfc822\r
        \r
        Subject: inner\r
        From: bob@a.example\r
        Content-Type: multipart/alternative; boundary=in\r
        \r
        --in\r
        Content-Type: text/plain\r
        \r
        plain\r
        --in\r
        Content-Type: text/html\r
        \r
        <p>rich\r
        --in--\r
        --out--\r

        """

    /// So many octets in so many lines.
    private static func lines(_ count: Int, octets: Int) -> String {
        let length = octets / count
        let full = String(repeating: "x", count: length - 2) + "\r\n"
        return String(repeating: full, count: count - 1) + String(repeating: "y", count: octets - length * (count - 1) - 2) + "\r\n"
    }
}

import MIME

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
func crlf(_ text: String) -> [UInt8] { bytes(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")) }

enum Samples {
    /// RFC 2046 §5.1.1.
    static let multipart = """
        From: Nathaniel Borenstein <nsb@bellcore.com>
        To: Ned Freed <ned@innosoft.com>
        Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
        Subject: Sample message
        MIME-Version: 1.0
        Content-type: multipart/mixed; boundary="simple boundary"

        This is the preamble.  It is to be ignored, though it
        is a handy place for composition agents to include an
        explanatory note to non-MIME conformant readers.

        --simple boundary

        This is implicitly typed plain US-ASCII text.
        It does NOT end with a linebreak.
        --simple boundary
        Content-type: text/plain; charset=us-ascii

        This is explicitly typed plain US-ASCII text.
        It DOES end with a linebreak.

        --simple boundary--

        This is the epilogue.  It is also to be ignored.

        """

    /// RFC 2049, appendix A, its audio and image shortened.
    static let complex = """
        MIME-Version: 1.0
        From: Nathaniel Borenstein <nsb@nsb.fv.com>
        To: Ned Freed <ned@innosoft.com>
        Date: Fri, 07 Oct 1994 16:15:05 -0700 (PDT)
        Subject: A multipart example
        Content-Type: multipart/mixed;
                      boundary=unique-boundary-1

        This is the preamble area of a multipart message.

        --unique-boundary-1

          ... Some text appears here ...

        --unique-boundary-1
        Content-type: text/plain; charset=US-ASCII

        This could have been part of the previous part.
        --unique-boundary-1
        Content-Type: multipart/parallel; boundary=unique-boundary-2

        --unique-boundary-2
        Content-Type: audio/basic
        Content-Transfer-Encoding: base64

        AAAA
        --unique-boundary-2
        Content-Type: image/jpeg
        Content-Transfer-Encoding: base64

        BBBB
        --unique-boundary-2--

        --unique-boundary-1
        Content-type: text/enriched

        This is <bold><italic>enriched.</italic></bold>
        --unique-boundary-1
        Content-Type: message/rfc822

        From: (mailbox in US-ASCII)
        To: (address in US-ASCII)
        Subject: (subject in US-ASCII)
        Content-Type: Text/plain; charset=ISO-8859-1
        Content-Transfer-Encoding: Quoted-printable

          ... Additional text in ISO-8859-1 goes here ...

        --unique-boundary-1--

        """
}

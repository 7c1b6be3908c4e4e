import MIME
import Supervision

/// A notice of a changed account in words: RFC 5322, marked as automatic (RFC 3834 §5) so that nobody's vacation notice answers it.
struct AccountNoticeMessage {
    let notice: AccountNotice
    let hostname: String
    /// Names the message for good: the same for each try to deliver it.
    let identifier: String

    var bytes: [UInt8] {
        let body = text.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }
        let isASCII = body.allSatisfy { $0 < 0x80 }
        var header = HeaderWriter()
        header.field("Return-Path", "<>")
        header.field("Date", DateTime(secondsSince1970: notice.time).formatted)
        header.field("From", "Mail System <\(postmaster)>")
        header.field("To", "<\(notice.address)>")
        header.text("Subject", subject)
        header.field("Message-ID", "<\(identifier)@\(hostname)>")
        header.field("Auto-Submitted", "auto-generated")
        header.field("MIME-Version", "1.0")
        header.field("Content-Type", "text/plain; charset=\(isASCII ? "us-ascii" : "utf-8")")
        if !isASCII { header.field("Content-Transfer-Encoding", "8bit") }
        header.end()
        return header.bytes + body
    }

    /// Whom the reader may ask: the postmaster of the domain (RFC 5321 §4.5.1).
    private var postmaster: String {
        let domain = notice.address.lastIndex(of: "@").map { String(notice.address[notice.address.index(after: $0)...]) }
        return "postmaster@\(domain ?? hostname)"
    }

    private var subject: String {
        switch notice.event {
        case .appPasswordMade: "A new app password for your mailbox"
        case .passwordChanged: "Your password was changed"
        case .oneTimePasswordsSet: "One-time passwords were set up for your account"
        case .oneTimePasswordsOff: "One-time passwords were switched off for your account"
        }
    }

    private var text: String {
        """
        \(what)

        Account: \(notice.address)
        When:    \(String(decoding: DateTime(secondsSince1970: notice.time).formatted, as: UTF8.self))
        By:      \(author)

        \(advice)

        """
    }

    private var what: String {
        switch notice.event {
        case .appPasswordMade(let device):
            """
            An app password was made, which opens your mailbox beside your own password.
            It is called: \(Self.oneLine(device))
            """
        case .passwordChanged: "A new password was set for your account. A former one is good no longer."
        case .oneTimePasswordsSet:
            """
            One-time passwords were set up for your account. Mail programs need app
            passwords from now on; former one-time passwords are good no longer.
            """
        case .oneTimePasswordsOff:
            """
            One-time passwords were switched off for your account. Its password alone
            opens the mailbox again.
            """
        }
    }

    private var author: String {
        switch notice.author {
        case .owner(let place): "you, with your password, from \(Self.oneLine(place))"
        case .administrator: "an administrator"
        }
    }

    private var advice: String {
        switch (notice.author, notice.event) {
        case (.administrator, _):
            """
            If you know nothing of it, ask \(postmaster) at once.
            """
        case (.owner, .passwordChanged):
            """
            If it was not you, somebody else knew your password and has your mailbox
            now. Have it changed at once: ask \(postmaster).
            """
        case (.owner, _):
            """
            If it was not you, somebody else knows your password. Change it at once,
            revoke the app passwords that you do not know, and tell
            \(postmaster):
              casella --server \(hostname) user change-password \(notice.address)
              casella --server \(hostname) self app-passwords \(notice.address)
            """
        }
    }

    /// Text of others' choosing begins no line of its own, and turns no line around.
    private static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: line.append("?")
            default: line.append(scalar)
            }
        }
        return String(line)
    }
}

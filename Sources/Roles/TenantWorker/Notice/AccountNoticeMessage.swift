import MIME
import Supervision

/// A notice of a changed account in words.
struct AccountNoticeMessage {
    let notice: AccountNotice
    let hostname: String
    /// As of `SystemNotice`.
    let identifier: String

    var bytes: [UInt8] {
        SystemNotice(
            recipient: notice.address, postmaster: postmaster, subject: subject, text: text, hostname: hostname, identifier: identifier,
            date: notice.time
        ).bytes
    }

    private var postmaster: String { SystemNotice.postmaster(of: notice.address, hostname: hostname) }

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

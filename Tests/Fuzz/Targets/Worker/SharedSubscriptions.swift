import IMAP
import MailStore
import TenantWorker

/// Names of subscribed mailboxes: whatever a name is, the subscription to it is kept as one to the mailbox that it means.
enum SharedSubscriptions {
    private static let shared = SharedNamespace([SharedMailbox(user: 12, address: "desk@a.example", rights: .read, sends: false)])

    static func check(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self), name = MailboxName(text)
        for space in [SharedNamespace(), shared] {
            _ = space.subscribed(text)  // as if it were kept so
            guard let subscribed = space.subscribed(space.kept(name)) else {
                throw BrokenPromise(description: "the subscription to \(name) is lost")
            }
            if let meant = space.meaning(of: name) {
                let means = space.meaning(of: subscribed)
                try promise(means?.shared == meant.shared && means?.inner == meant.inner, "\(name) is kept as \(subscribed)")
            } else {
                try promiseEqual(Array(subscribed.text.utf8), Array(name.text.utf8), "\(name), kept")
            }
        }
        // To another mailbox of the same name, of whoever shares none any more.
        if let lost = SharedNamespace().subscribed(shared.kept(name)) {
            try promise(shared.meaning(of: name) == nil, "\(name) is kept as \(lost), which is the user's own")
        }
    }
}

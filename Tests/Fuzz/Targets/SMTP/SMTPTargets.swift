import SMTP

extension FuzzTarget {
    static let smtp: [FuzzTarget] = [
        FuzzTarget("smtp-command", SMTPCommandLine.check),
        FuzzTarget("smtp-address", SMTPAddress.check),
        FuzzTarget("smtp-session", SMTPServerSession.check),
        FuzzTarget("smtp-data", SMTPMessageData.check),
        FuzzTarget("smtp-chunks", SMTPMessageChunks.check),
        FuzzTarget("smtp-reply", SMTPReplies.check),
        FuzzTarget("smtp-client", SMTPClientSession.check),
        FuzzTarget("smtp-header", SMTPHeader.check),
    ]
}

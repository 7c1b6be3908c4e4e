extension FuzzTarget {
    static let pop3: [FuzzTarget] = [
        FuzzTarget("pop3-login", POP3Sessions.checkLogin),
        FuzzTarget("pop3-maildrop", POP3Sessions.checkMaildrop),
        FuzzTarget("pop3-message", POP3Messages.check),
    ]
}

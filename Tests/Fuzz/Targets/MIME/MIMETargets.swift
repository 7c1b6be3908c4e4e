extension FuzzTarget {
    static let mime: [FuzzTarget] = [
        FuzzTarget("mime-message", MIMEMessages.check),
        FuzzTarget("mime-section", MIMESections.check),
        FuzzTarget("mime-structure", MIMEStructures.check),
        FuzzTarget("mime-field", MIMEFields.check),
        FuzzTarget("mime-date", MIMEDates.check),
        FuzzTarget("mime-word", MIMEWords.check),
        FuzzTarget("mime-body", MIMEBodies.check),
        FuzzTarget("mime-rules", MailRuleFields.check),
        FuzzTarget("mime-repeated", Repetition.check),
    ]
}

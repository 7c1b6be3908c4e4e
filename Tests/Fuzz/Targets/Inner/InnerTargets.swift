extension FuzzTarget {
    /// What our own processes, the disk and the name servers say.
    static let inner: [FuzzTarget] = [
        FuzzTarget("sasl-exchange", SASLExchanges.check),
        FuzzTarget("sasl-base64", SASLExchanges.checkBase64),
        FuzzTarget("proxy-header", ProxyHeaders.check),
        FuzzTarget("supervision-message", SupervisionMessages.check),
        FuzzTarget("dns-record", DNSRecords.check),
        FuzzTarget("zstd-frame", ZstdFrames.check),
        FuzzTarget("blob-segment", BlobSegments.check),
        FuzzTarget("blob-description", BlobSegments.checkDescription),
        FuzzTarget("mailbox-snapshot", MailboxSnapshots.check),
    ]
}

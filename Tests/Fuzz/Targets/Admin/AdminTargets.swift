extension FuzzTarget {
    static let admin: [FuzzTarget] = [
        FuzzTarget("admin-body", AdminBodies.check),
        FuzzTarget("admin-hash", AdminHashes.check),
        FuzzTarget("admin-name", AdminNames.check),
        FuzzTarget("admin-path", AdminPaths.check),
        FuzzTarget("admin-response", AdminResponses.check),
        FuzzTarget("shell-line", ShellLines.check),
        FuzzTarget("shell-users", UserFiles.check),
        FuzzTarget("shell-state", StateFiles.check),
        FuzzTarget("shell-keys", TerminalKeys.check),
        FuzzTarget("shell-log", LogFiles.check),
        FuzzTarget("quantity-size", Quantity.check),
        FuzzTarget("configuration-file", ConfigurationFiles.check),
    ]
}

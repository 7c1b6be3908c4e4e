/// Calls that are in no audit log while they are allowed: the shell makes them by itself while somebody types, and screens and monitors
/// every few seconds. They tell of processes and of the caller, and of what the caller administers nothing but names.
public enum PolledCalls {
    fileprivate static let commands: Set<String> = ["names", "status", "top", "worker list", "session show", "audit verify"]
}

extension AnyCall {
    public var isPolled: Bool { PolledCalls.commands.contains(command) }
}

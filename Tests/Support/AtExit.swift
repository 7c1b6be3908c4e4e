import Foundation
import Glibc
import Synchronization

/// What goes when the test process ends: tests share it, so that none of them gives it up.
public enum AtExit {
    private struct Remains {
        var folders: Set<String> = []
        /// The pipes of keepers, each by the folder that its keeper removes once the pipe is closed.
        var keepers: [String: Int32] = [:]
    }
    private static let remains = Mutex(Remains())
    private static let isRegistered: Void = { atexit { AtExit.cleanUp() } }()
    /// Seconds that keepers have: until then a server stops, and its files go.
    private static let patience = 60

    public static func remove(folder: String) {
        isRegistered
        remains.withLock { _ = $0.folders.insert(folder) }
    }

    /// Nothing is left to do: the folder is gone.
    public static func forget(folder: String) {
        remains.withLock { remains in
            remains.folders.remove(folder)
            remains.keepers[folder] = nil
        }
    }

    static func end(keeperOf folder: String, pipe: Int32) {
        isRegistered
        remains.withLock { $0.keepers[folder] = pipe }
    }

    private static func cleanUp() {
        let left = remains.withLock { $0 }
        // First these: some lie in a keeper's folder, and hold what another user cannot remove.
        for folder in left.folders { try? FileManager.default.removeItem(atPath: folder) }
        for pipe in left.keepers.values { close(pipe) }
        for folder in left.keepers.keys {
            for _ in 0..<patience * 50 where access(folder, F_OK) == 0 { usleep(20_000) }
        }
    }
}

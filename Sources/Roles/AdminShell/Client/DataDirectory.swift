import Glibc

/// Which platform is meant: `--data`, else `CASELLA_DATA`, else the nearest `.casella/` from the working directory upwards, else where it
/// is when installed.
package enum DataDirectory {
    package static let installed = "/var/lib/casella"

    package static func resolve(
        option: String?, environment: String? = getenv("CASELLA_DATA").map { String(cString: $0) },
        workingDirectory: String = currentDirectory(), isDirectory: (String) -> Bool = isDirectory
    ) -> String {
        if let option { return absolute(option, in: workingDirectory) }
        if let environment, !environment.isEmpty { return absolute(environment, in: workingDirectory) }
        var folder = Substring(workingDirectory)
        while true {
            let candidate = folder == "/" ? "/.casella" : "\(folder)/.casella"
            if isDirectory(candidate) { return candidate }
            guard let slash = folder.lastIndex(of: "/"), folder != "/" else { return installed }
            folder = slash == folder.startIndex ? "/" : folder[..<slash]
        }
    }

    private static func absolute(_ path: String, in workingDirectory: String) -> String {
        var path = path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)"
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    package static func currentDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    package static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }
}

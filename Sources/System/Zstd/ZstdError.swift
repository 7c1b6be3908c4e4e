import CZstd

/// Why bytes could not be compressed or restored.
public enum ZstdError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The bytes do not begin with a frame header.
    case notAFrame
    /// The frame holds another number of octets than the caller said.
    case wrongSize
    case tooLarge(Int, limit: Int)
    case outOfMemory
    /// libzstd's own word on a damaged frame.
    case library(String)

    public var description: String {
        switch self {
        case .notAFrame: "these bytes are no zstd frame"
        case .wrongSize: "the zstd frame holds another number of octets than its record says"
        case .tooLarge(let size, let limit): "the zstd frame claims \(size) octets; at most \(limit) are allowed"
        case .outOfMemory: "no memory for zstd"
        case .library(let message): "zstd: \(message)"
        }
    }
}

extension ZstdError {
    /// - Parameter code: what a function of libzstd returned; as a value that is no error it passes.
    static func check(_ code: Int) throws(ZstdError) {
        guard ZSTD_isError(code) != 0 else { return }
        throw .library(ZSTD_getErrorName(code).map { String(cString: $0) } ?? "unknown")
    }
}

import CZstd

/// Compression of one block of bytes with libzstd.
public enum Zstd {
    /// Compresses `bytes` into one frame that names its original size.
    /// - Parameter level: 1 (fast) to 19 (small); 3 is the library's own default.
    /// - Throws: `ZstdError.library` when memory is short.
    public static func compress(_ bytes: UnsafeRawBufferPointer, level: Int32 = 3) throws(ZstdError) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        guard ZSTD_isError(bound) == 0 else { throw .library(message(bound)) }
        var written = 0
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            written = ZSTD_compress(buffer.baseAddress, bound, bytes.baseAddress, bytes.count, level)
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        guard ZSTD_isError(written) == 0 else { throw .library(message(written)) }
        return frame
    }

    public static func compress(_ bytes: [UInt8], level: Int32 = 3) throws(ZstdError) -> [UInt8] {
        try bytes.withUnsafeBufferPointer { (buffer) throws(ZstdError) in try compress(UnsafeRawBufferPointer(buffer), level: level) }
    }

    /// Restores a frame whose original size the caller knows.
    /// - Parameter originalSize: in octets; a frame that holds more or less is refused.
    /// - Parameter maximumSize: what the caller is ready to allocate.
    public static func decompress(
        _ frame: UnsafeRawBufferPointer, originalSize: Int, maximumSize: Int = .max
    ) throws(ZstdError) -> [UInt8] {
        guard originalSize >= 0, originalSize <= maximumSize else { throw .tooLarge(originalSize, limit: maximumSize) }
        // A frame that names a size is asked first, so that a wrong record costs no allocation.
        let named = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        guard named != contentSizeError else { throw .notAFrame }
        guard named == unknownContentSize || named == UInt64(originalSize) else { throw .wrongSize }
        var written = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: originalSize) { buffer, count in
            written = ZSTD_decompress(buffer.baseAddress, originalSize, frame.baseAddress, frame.count)
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        guard ZSTD_isError(written) == 0 else { throw .library(message(written)) }
        guard written == originalSize else { throw .wrongSize }
        return bytes
    }

    public static func decompress(_ frame: [UInt8], originalSize: Int, maximumSize: Int = .max) throws(ZstdError) -> [UInt8] {
        try frame.withUnsafeBufferPointer { (buffer) throws(ZstdError) in
            try decompress(UnsafeRawBufferPointer(buffer), originalSize: originalSize, maximumSize: maximumSize)
        }
    }

    // zstd.h: macros that Swift does not import, (0ULL - 1) and (0ULL - 2).
    private static let unknownContentSize = UInt64.max
    private static let contentSizeError = UInt64.max - 1

    private static func message(_ code: Int) -> String {
        guard let name = ZSTD_getErrorName(code) else { return "unknown" }
        return String(cString: name)
    }
}

/// Why bytes could not be compressed or restored.
public enum ZstdError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The bytes do not begin with a frame header.
    case notAFrame
    /// The frame holds another number of octets than the caller said.
    case wrongSize
    case tooLarge(Int, limit: Int)
    /// libzstd's own word: damaged frame, out of memory.
    case library(String)

    public var description: String {
        switch self {
        case .notAFrame: "these bytes are no zstd frame"
        case .wrongSize: "the zstd frame holds another number of octets than its record says"
        case .tooLarge(let size, let limit): "the zstd frame claims \(size) octets; at most \(limit) are allowed"
        case .library(let message): "zstd: \(message)"
        }
    }
}

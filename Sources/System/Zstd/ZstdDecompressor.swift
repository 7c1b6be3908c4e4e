import CZstd

/// Restores what libzstd compressed, one block after the other in the same memory (a hundred kilobytes, from the first use on).
public final class ZstdDecompressor {
    private var context: OpaquePointer?

    public init() {}

    deinit { ZSTD_freeDCtx(context) }

    /// Restores a frame whose original size the caller knows.
    /// - Parameter originalSize: in octets; a frame that holds more or less is refused.
    /// - Parameter maximumSize: what the caller is ready to allocate.
    public func decompress(
        _ frame: UnsafeRawBufferPointer, originalSize: Int, maximumSize: Int = .max
    ) throws(ZstdError) -> [UInt8] {
        guard originalSize >= 0, originalSize <= maximumSize else { throw .tooLarge(originalSize, limit: maximumSize) }
        // A frame that names a size is asked first, so that a wrong record costs no allocation.
        let named = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        guard named != Self.contentSizeError else { throw .notAFrame }
        guard named == Self.unknownContentSize || named == UInt64(originalSize) else { throw .wrongSize }
        if context == nil { context = ZSTD_createDCtx() }
        guard let context else { throw .outOfMemory }
        var written = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: originalSize) { buffer, count in
            written = ZSTD_decompressDCtx(context, buffer.baseAddress, originalSize, frame.baseAddress, frame.count)
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        try ZstdError.check(written)
        guard written == originalSize else { throw .wrongSize }
        return bytes
    }

    public func decompress(_ frame: [UInt8], originalSize: Int, maximumSize: Int = .max) throws(ZstdError) -> [UInt8] {
        try frame.withUnsafeBufferPointer { (buffer) throws(ZstdError) in
            try decompress(UnsafeRawBufferPointer(buffer), originalSize: originalSize, maximumSize: maximumSize)
        }
    }

    // zstd.h: macros that Swift does not import, (0ULL - 1) and (0ULL - 2).
    private static let unknownContentSize = UInt64.max
    private static let contentSizeError = UInt64.max - 1
}

import CZstd

/// Compression of blocks of bytes with libzstd, one after the other in the same memory (some hundred kilobytes, from the first use on).
public final class ZstdCompressor {
    private var context: OpaquePointer?

    public init() {}

    deinit { ZSTD_freeCCtx(context) }

    /// Compresses `bytes` into one frame that names its original size.
    /// - Parameter level: 1 (fast) to 19 (small); 3 is the library's own default.
    /// - Throws: `ZstdError.library` when memory is short.
    public func compress(_ bytes: [UInt8], level: Int32 = 3) throws(ZstdError) -> [UInt8] {
        if context == nil { context = ZSTD_createCCtx() }
        guard let context else { throw .outOfMemory }
        let bound = ZSTD_compressBound(bytes.count)
        try ZstdError.check(bound)
        var written = 0
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            written = ZSTD_compressCCtx(context, buffer.baseAddress, bound, bytes, bytes.count, level)
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        try ZstdError.check(written)
        return frame
    }
}

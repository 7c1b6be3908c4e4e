import Glibc

/// The target that this process fuzzes: `CASELLA_FUZZ_TARGET` of its environment.
private let chosen: FuzzTarget? = {
    guard let name = getenv("CASELLA_FUZZ_TARGET").map({ String(cString: $0) }) else { return nil }
    return FuzzTarget.all.first { $0.name == name }
}()

/// Called once by `Driver/driver.c`.
@_cdecl("casella_fuzz_choose")
func choose() -> CInt {
    guard chosen == nil else { return 0 }
    say("CASELLA_FUZZ_TARGET names one of: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    exit(2)
}

/// libFuzzer's entry: one input. A broken promise ends the process, and libFuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try chosen?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        say("\(error)")
        abort()
    }
    return 0
}

private func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(2, bytes, bytes.count)
}

internal import Builtin

/// Has the line of 64 bytes at `pointer`, which will be needed soon, brought into the first-level cache meanwhile. Any
/// address will do.
///
/// The CPU by itself sees no further than the next lines of a page, and a load that has to wait for the third level
/// stops all that come after it. (The standard library has no name for LLVM's `llvm.prefetch`: of reading, into all
/// levels, of data.)
@inline(__always)
func prefetch(_ pointer: UnsafePointer<Float>) {
  Builtin.int_prefetch_RawPointer(pointer._rawValue, Int32(0)._value, Int32(3)._value, Int32(1)._value)
}

#if arch(x86_64)
  internal import _Builtin_intrinsics.intel
#endif

/// Has the line of 64 bytes at `pointer`, which will be needed soon, brought into the first-level cache meanwhile: on
/// x86-64, where Swift reaches the instruction for that. Any address will do.
///
/// The CPU by itself sees no further than the next lines of a page, and a load that has to wait for the third level
/// stops all that come after it.
@inline(__always)
func prefetch(_ pointer: UnsafePointer<Float>) {
  #if arch(x86_64)
    _m_prefetch(UnsafeMutableRawPointer(mutating: pointer))
  #endif
}

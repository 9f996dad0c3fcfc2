internal import Platform

/// Memory of a run's length: `byteCount` zeroed bytes, aligned to `alignment`, which belong to the caller until
/// `release`. Where they are not to be had, `MemoryShortage` ends the process.
func allocateZeroed(_ byteCount: Int, alignment: Int, inHugePages: Bool = false) -> UnsafeMutableRawPointer {
  #if canImport(Glibc) || canImport(Musl) || canImport(Darwin)
    MemoryShortage.check(byteCount)
    let memory = MemoryReserve.allocate(byteCount) {
      var memory: UnsafeMutableRawPointer?
      return posix_memalign(&memory, alignment, byteCount) == 0 ? memory : nil
    }
  #else
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: alignment)
  #endif
  #if os(Linux)
    // Advice only: whether it is taken changes speed and nothing else.
    if inHugePages { _ = madvise(memory, byteCount, MADV_HUGEPAGE) }
  #endif
  memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  return memory
}

/// Gives back what `allocateZeroed` gave.
func release(_ memory: UnsafeMutableRawPointer) {
  #if canImport(Glibc) || canImport(Musl) || canImport(Darwin)
    free(memory)
  #else
    memory.deallocate()
  #endif
}

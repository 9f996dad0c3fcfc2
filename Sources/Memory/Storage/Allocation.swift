internal import Platform

/// Memory for the length of a run: `byteCount` zeroed bytes, aligned to `alignment`, which belong to the caller until
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

/// `byteCount` bytes of address space, which take memory only where they are written; they belong to the caller until
/// `releaseAddresses`.
func takeAddresses(_ byteCount: Int) -> UnsafeMutableRawPointer {
  #if os(Linux)
    let protection = PROT_READ | PROT_WRITE
    return MemoryReserve.allocate(byteCount) {
      let base = mmap(nil, byteCount, protection, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0)
      return base == MAP_FAILED ? nil : base
    }
  #else
    return allocateZeroed(byteCount, alignment: 64)
  #endif
}

/// Frees what `takeAddresses` gave.
func releaseAddresses(_ base: UnsafeMutableRawPointer, _ byteCount: Int) {
  #if os(Linux)
    munmap(base, byteCount)
  #else
    release(base)
  #endif
}

/// Frees what `allocateZeroed` gave.
func release(_ memory: UnsafeMutableRawPointer) {
  #if canImport(Glibc) || canImport(Musl) || canImport(Darwin)
    free(memory)
  #else
    memory.deallocate()
  #endif
}

#if canImport(Glibc)
  /// Calls of `malloc` so far, from all threads: exact as long as one thread works.
  nonisolated(unsafe) var mallocCalls = 0

  /// glibc's own `malloc`.
  @_silgen_name("__libc_malloc")
  private func libcMalloc(_ size: Int) -> UnsafeMutableRawPointer?

  /// Takes the place of `malloc` in this program, by its linker settings: Swift's objects and raw memory all come from
  /// it.
  @_cdecl("counting_malloc")
  public func countingMalloc(_ size: Int) -> UnsafeMutableRawPointer? {
    mallocCalls &+= 1
    return libcMalloc(size)
  }

  /// glibc's own `posix_memalign` in another form.
  @_silgen_name("__libc_memalign")
  private func libcMemalign(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer?

  /// Takes the place of `posix_memalign` likewise, from which memory of more than the usual alignment comes.
  @_cdecl("counting_memalign")
  public func countingMemalign(
    _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
  ) -> Int32 {
    mallocCalls &+= 1
    result.pointee = libcMemalign(alignment, size)
    return result.pointee == nil ? 12 : 0  // ENOMEM
  }
#endif

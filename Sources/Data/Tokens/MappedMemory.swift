internal import Files
internal import Jobs
internal import Platform
private import Synchronization
internal import Teams

/// The memory that this process has mapped files into. Reading what such a file has lost since raises SIGBUS, which
/// this turns into that file's error: one line for the job and its exit code.
enum MappedMemory {
  struct Region {
    let address, byteCount: UInt
    let path: String
  }

  private static let regions = Mutex<[Region]>([])
  private static let isEnding = Atomic(false)
  /// The signal's action before this one, one element. (An array, since the compiler lays a global mutex around an
  /// imported structure out four bytes too short: what the system writes would run into the next variable.)
  private static let previous = Mutex([sigaction()])

  /// Records that a file is mapped there.
  static func add(_ region: Region) {
    _ = listening
    regions.withLock { $0.append(region) }
  }

  /// Forgets a region that is about to be unmapped.
  static func remove(_ region: Region) { regions.withLock { $0.removeAll { $0.address == region.address } } }

  /// Ends the process for a file that has become shorter.
  static func end(_ region: Region) -> Never {
    // One of a process's threads reports.
    if isEnding.exchange(true, ordering: .relaxed) { while true { pause(seconds: 1) } }
    // The others read zeros meanwhile: at the process's end MPICH's library takes the signal's action back.
    // Replaces a mapping of this process, whose address and size were those.
    _ = unsafe mmap(
      UnsafeMutableRawPointer(bitPattern: region.address), Int(region.byteCount), PROT_READ,
      MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0)
    Job.end(
      Job.report(
        Job.locating(
          RunError(
            "the token file has become shorter while it was used", at: region.path,
            remedy: "make it again with `dist-train tokenize`, and start again when nobody writes to it",
            status: .badData))))
  }

  /// Installs the handler. The instruction that fails reads tokens, with no lock held, so the handler may call what a
  /// signal handler in general may not.
  private static let listening: Void = {
    var action = sigaction()
    let handler: @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void = {
      _, information, _ in
      // The system passes a structure that lasts as long as the handler runs.
      let address = unsafe information.map { unsafe faultAddress($0.pointee) } ?? 0
      let region = MappedMemory.regions.withLock { regions in
        regions.first { $0.address <= address && address - $0.address < $0.byteCount }
      }
      if let region { MappedMemory.end(region) }
      // Not memory of ours: the instruction fails again, and the action before this one deals with it.
      MappedMemory.previous.withLock { _ = unsafe sigaction(SIGBUS, &$0[0], nil) }
    }
    #if canImport(Darwin)
      unsafe action.__sigaction_u.__sa_sigaction = handler
    #elseif canImport(Musl)
      unsafe action.__sa_handler.sa_sigaction = handler
    #else
      unsafe action.__sigaction_handler.sa_sigaction = handler
    #endif
    action.sa_flags = CInt(SA_SIGINFO)
    previous.withLock { _ = unsafe sigaction(SIGBUS, &action, &$0[0]) }
  }()
}

/// The address whose use has raised the signal.
private func faultAddress(_ information: siginfo_t) -> UInt {
  #if canImport(Darwin)
    UInt(bitPattern: unsafe information.si_addr)
  #elseif canImport(Musl)
    UInt(bitPattern: unsafe information.__si_fields.__sigfault.si_addr)
  #else
    UInt(bitPattern: unsafe information._sifields._sigfault.si_addr)
  #endif
}

internal import Platform

/// Runs `body` on a thread of its own, which nobody waits for (`pthread_create`, detached).
///
/// - stackByteCount: bytes of its stack; those of a worker are few, since the arenas hold all that is large.
///
/// What is unsafe here is C's way to hand over `body`: as a pointer to an object that the thread takes over.
public func startThread(
  stackByteCount: Int = 512 << 10, _ body: @escaping @Sendable () -> Void
) throws(TeamError) {
  var attributes = pthread_attr_t()
  unsafe pthread_attr_init(&attributes)
  defer { unsafe pthread_attr_destroy(&attributes) }
  unsafe pthread_attr_setstacksize(&attributes, stackByteCount)
  unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let handover = unsafe Unmanaged.passRetained(Handover(body))
  let code = unsafe pthread_create(
    &thread, &attributes,
    { argument in
      let pointer: UnsafeMutableRawPointer? = unsafe argument
      if let pointer = unsafe pointer { unsafe Unmanaged<Handover>.fromOpaque(pointer).takeRetainedValue().body() }
      return nil
    }, handover.toOpaque())
  guard code == 0 else {
    unsafe handover.release()
    throw .noThread(code: code)
  }
}

private final class Handover: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

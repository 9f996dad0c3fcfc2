internal import Platform

/// The C function of a name, for those that the C library declares for GNU sources only, or with a variable number of
/// arguments, and that Swift therefore doesn't see; nil where there is none. `type` is the manual's: a `@convention(c)`
/// function.
public func systemFunction<Function>(_ name: String, _ type: Function.Type) -> Function? {
  dlsym(nil, name).map { unsafeBitCast($0, to: type) }
}

/// The core that the calling thread runs on (`sched_getcpu`); negative where the system doesn't say.
@inline(__always)
func currentCore() -> Int32 { coreNumber?() ?? -1 }

private let coreNumber = systemFunction("sched_getcpu", (@convention(c) () -> Int32).self)

/// Asks for time slices of 0.1 ms for the calling thread, for a worker that shares a core with other workers: it is
/// woken before threads with longer ones, and by yielding (`sched_yield`) it gives away no more than one slice. Its
/// share of the core stays the same. Does nothing where the system has no such setting (Linux before 6.12), or for a
/// thread whose scheduling policy isn't the default.
public func shortenTimeSlice() {
  guard var attributes = SchedulingAttributes.current, attributes.policy == 0, attributes.runtime > 100_000 else {
    return
  }
  attributes.runtime = 100_000
  attributes.apply()
}

/// Nanoseconds of the calling thread's time slice; nil where the system doesn't say.
public func timeSlice() -> UInt64? { SchedulingAttributes.current?.runtime }

/// Linux's `struct sched_attr`, in its first version.
private struct SchedulingAttributes {
  var size: UInt32 = 48
  var policy: UInt32 = 0
  var flags: UInt64 = 0
  var nice: Int32 = 0
  var priority: UInt32 = 0
  var runtime: UInt64 = 0
  var deadline: UInt64 = 0
  var period: UInt64 = 0

  /// Those of the calling thread (`sched_getattr`).
  static var current: SchedulingAttributes? {
    var attributes = SchedulingAttributes()
    let code = withUnsafeMutablePointer(to: &attributes) { SystemCall.getScheduling(0, UInt(bitPattern: $0), 48, 0) }
    return code == 0 ? attributes : nil
  }

  /// Makes them those of the calling thread (`sched_setattr`), if they can be.
  func apply() { _ = withUnsafePointer(to: self) { SystemCall.setScheduling(0, UInt(bitPattern: $0), 0, 0) } }
}

/// Linux's system calls that its C libraries have no function for.
enum SystemCall: Int {
  #if os(Linux) && arch(x86_64)
    case futex = 202
    case setScheduling = 314
    case getScheduling = 315
  #else
    // The numbers that arm64 and most newer architectures have.
    case futex = 98
    case setScheduling = 274
    case getScheduling = 275
  #endif

  /// Whether this system has them.
  static let areKnown = function != nil

  /// Does the call; nil where there is none.
  func callAsFunction(_ a: UInt, _ b: UInt, _ c: UInt, _ d: UInt) -> Int? { Self.function?(rawValue, a, b, c, d) }

  private typealias Function = @convention(c) (Int, UInt, UInt, UInt, UInt) -> Int
  #if os(Linux) && (arch(x86_64) || arch(arm64))
    private static let function = systemFunction("syscall", Function.self)
  #else
    private static let function: Function? = nil
  #endif
}

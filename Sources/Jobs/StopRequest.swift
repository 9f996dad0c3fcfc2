internal import Files
internal import Platform
private import Synchronization
internal import Teams

/// Whether this process was asked to stop, by SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 or SIGXCPU.
///
/// The handler only sets a flag, which travels with the next step's exchange; so a validation or an LR finder under way
/// is finished first. A second signal ends the process at once. One that comes within a tenth of a second doesn't count
/// as second, since a launcher passes on what its ranks may have got as well; nor does SIGXCPU, which comes again each
/// second.
///
/// A signal that the process was started to ignore, as SIGHUP under nohup and SIGINT in the background, stays ignored.
public enum StopRequest {
  private static let signals = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU]

  /// Asks for the signals; from here on they no longer end the process by themselves.
  public static func listen() {
    // The handler must find them initialised.
    _ = firstSignal.load(ordering: .relaxed)
    _ = lastNumber.load(ordering: .relaxed)
    for number in signals {
      // The handler calls nothing that a signal's handler may not call.
      let before = signal(number) { number in
        let now = monotonicMilliseconds()
        lastNumber.store(Int(number), ordering: .relaxed)
        let (isFirst, first) = firstSignal.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        if !isFirst && now - first > 100 && number != SIGXCPU { _exit(ExitStatus.tryAgain.rawValue) }
      }
      // A function is compared by its address, which is all that it has of itself.
      if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
    }
  }

  /// Lets the signals end the process by themselves again, as they do where there is nothing to keep; one that has come
  /// does so here.
  public static func leave() {
    for number in signals {
      let before = signal(number, SIG_DFL)
      if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
    }
    if hasCome { raise(Int32(lastNumber.load(ordering: .relaxed))) }
  }

  /// Whether a signal has come, or `ask` was called.
  public static var hasCome: Bool { firstSignal.load(ordering: .relaxed) != 0 }

  /// Does what a first signal does.
  static func ask() {
    _ = firstSignal.compareExchange(expected: 0, desired: monotonicMilliseconds(), ordering: .relaxed)
  }
}

/// When the first signal came, in milliseconds; 0 before.
private let firstSignal = Atomic(0)
/// The signal that came last.
private let lastNumber = Atomic(0)

internal import Files
internal import Platform
private import Synchronization
internal import Teams

/// Whether this process was asked to stop, by SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU or the signal of a
/// timer (SIGALRM, SIGVTALRM, SIGPROF).
///
/// The handler only sets a flag, which travels with the next step's exchange; so a validation or an LR finder under way
/// is finished first. A second signal ends the process at once. One that comes within a tenth of a second doesn't count
/// as second, since a launcher passes on a signal that its ranks may have got directly as well; nor do SIGXCPU, which
/// comes again each second, and those of timers, which may.
///
/// A signal that the process was started to ignore, as SIGHUP under nohup and SIGINT in the background, stays ignored.
public enum StopRequest {
  private static let signals = [
    SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF,
  ]

  /// Installs the handler; from here on the signals no longer end the process by themselves.
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
        let comesAgain = number == SIGXCPU || number == SIGALRM || number == SIGVTALRM || number == SIGPROF
        if !isFirst && now - first > 100 && !comesAgain { _exit(ExitStatus.tryAgain.rawValue) }
      }
      // Functions can be compared by their addresses only.
      if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
    }
  }

  /// Removes the handler, for a process that has nothing to keep: the signals end it by themselves again, and one that
  /// has come ends it here.
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

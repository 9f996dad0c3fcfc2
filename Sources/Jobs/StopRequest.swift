internal import Files
internal import Platform
private import Synchronization
internal import Teams

/// Whether this process was asked to stop, by SIGTERM, SIGINT or SIGUSR1.
///
/// The handler only sets a flag, which travels with the next step's exchange; so a validation or an LR finder under way is finished
/// first. A second signal ends the process at once; one that comes within a tenth of a second doesn't count as second, since a
/// launcher passes on what its ranks may have got as well.
public enum StopRequest {
  /// Asks for the signals; from here on they no longer end the process by themselves.
  public static func listen() {
    // The handler must find them initialised.
    _ = firstSignal.load(ordering: .relaxed)
    for number in [SIGTERM, SIGINT, SIGUSR1] {
      // The handler calls nothing that a signal's handler may not call.
      _ = signal(number) { _ in
        let now = monotonicMilliseconds()
        let (isFirst, first) = firstSignal.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        if !isFirst && now - first > 100 { _exit(ExitStatus.tryAgain.rawValue) }
      }
    }
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

internal import Platform
internal import Synchronization

/// The launcher's SIGCONT: Open MPI's sends it to all ranks as soon as one has ended badly, seconds before it ends
/// them. A rank that gets it knows that another process has reported what is wrong.
public enum LauncherSignal {
  /// Records when the signal comes, from here on.
  static func listen() {
    // The handler must find it initialised.
    _ = launcherSignalTime.load(ordering: .relaxed)
    signal(SIGCONT) { _ in launcherSignalTime.store(monotonicMilliseconds(), ordering: .relaxed) }
  }

  /// Milliseconds since it came last.
  static var age: Int { monotonicMilliseconds() - launcherSignalTime.load(ordering: .relaxed) }

  /// Whether it came in the last four seconds: the launcher is about to end this process.
  public static var cameLately: Bool { age < 4000 }

  /// Waits for the signal: true as soon as it has come, false after `seconds`.
  public static func comes(within seconds: Int) -> Bool { comes(withinMilliseconds: 1000 * seconds) }

  /// The same, with the time in milliseconds, and true as soon as `other` is, too, which is asked ten times a second.
  public static func comes(withinMilliseconds milliseconds: Int, or other: () -> Bool = { false }) -> Bool {
    for turn in 0..<(milliseconds / 10) {
      if cameLately || turn % 10 == 9 && other() { return true }
      pause(microseconds: 10_000)
    }
    return cameLately
  }
}

private let launcherSignalTime = Atomic(-1_000_000)

/// Milliseconds of a monotonic clock (`clock_gettime`); a signal handler may call it, too.
public func monotonicMilliseconds() -> Int {
  var now = timespec()
  // The call fills the structure, during the call.
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

internal import MPI
internal import Synchronization

internal import Platform

/// The terminal's last line, where it is one that is drawn over again and goes when another line is written.
enum PassingLine {
  /// To the line's start, and all of it away.
  static let eraser = "\r\u{1B}[K"

  /// Tells whether there is such a line.
  static func set(_ isThere: Bool) { isShown.store(isThere, ordering: .relaxed) }

  /// Has lines about errors take its place, where they go to a terminal.
  static func giveWayToErrors() {
    setErrorLineStart { isShown.load(ordering: .relaxed) && isatty(2) == 1 ? eraser : "" }
  }

  private static let isShown = Atomic(false)
}

internal import MPI
internal import Synchronization

internal import Platform

/// The terminal's last line, where it is a progress line: redrawn in place, and erased when another line is written.
enum PassingLine {
  /// Moves to the line's start and erases it.
  static let eraser = "\r\u{1B}[K"

  /// Records whether there is such a line.
  static func set(_ isThere: Bool) { isShown.store(isThere, ordering: .relaxed) }

  /// Has error lines erase it first, where they go to a terminal.
  static func giveWayToErrors() {
    setErrorLineStart { isShown.load(ordering: .relaxed) && isatty(2) == 1 ? eraser : "" }
  }

  private static let isShown = Atomic(false)
}

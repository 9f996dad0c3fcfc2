internal import MPI
internal import Training

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Plots on standard output.
enum TerminalPlot {
  /// Whether standard output is a terminal that somebody reads. Calls `isatty`.
  ///
  /// Under a launcher nobody knows: Open MPI gives each rank a terminal of its own, wherever its own output goes.
  static var isTerminal: Bool { Launcher.current == nil && isatty(1) == 1 }

  /// Prints the plot, in colour on a terminal unless the environment has `NO_COLOR`.
  static func show(_ plot: LinePlot) {
    // Only whether there is such a variable is asked.
    let isColored = unsafe isTerminal && getenv("NO_COLOR") == nil
    print(plot.terminalText(colors: isColored))
  }
}

internal import Training

/// Plots on standard output.
enum TerminalPlot {
  /// Prints the plot, in colour where a terminal takes it, no wider than that is.
  static func show(_ plot: LinePlot) {
    printLine(plot.terminalText(columns: Terminal.standardOutput?.columns ?? 80, colors: Terminal.hasColors))
  }
}

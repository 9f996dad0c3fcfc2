internal import Training

/// Plots on standard output.
enum TerminalPlot {
  /// Prints the plot, in colour where a terminal takes it.
  static func show(_ plot: LinePlot) { print(plot.terminalText(colors: Terminal.hasColors)) }
}

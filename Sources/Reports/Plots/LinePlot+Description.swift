extension LinePlot: CustomStringConvertible {
  /// The plot as 80 columns of terminal text, so that `print` shows it.
  public var description: String { String(terminalText().dropLast()) }
}

extension PlotPanels: CustomStringConvertible {
  /// The plots as 80 columns of terminal text, one below another.
  public var description: String { String(terminalText().dropLast()) }
}

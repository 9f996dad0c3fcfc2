internal import Files
internal import SystemPackage

extension LinePlot {
  /// Writes the plot as an SVG picture, in place of a file that may be there: aside first, then renamed.
  ///
  /// - Throws: `RunError` with status `inputOutput`.
  public func writeSVG(to path: String, width: Int = 760, height: Int = 440) throws {
    try FileOperations.replace(FilePath(path), with: Array(svg(width: width, height: height).utf8))
  }
}

extension PlotPanels {
  /// Writes the panels as an SVG picture, in place of a file that may be there: aside first, then renamed.
  ///
  /// - Throws: `RunError` with status `inputOutput`.
  public func writeSVG(to path: String, width: Int = 1000, height: Int = 340) throws {
    try FileOperations.replace(FilePath(path), with: Array(svg(width: width, height: height).utf8))
  }
}

/// What is drawn as SVG in any size.
public protocol Picture: Sendable {
  /// The picture as a self-contained SVG document, in pixels.
  func svg(width: Int, height: Int) -> String
}

extension LinePlot: Picture {}

import Training

/// One cell of the notebook as it has run.
struct Cell {
  /// What a cell shows below its code.
  enum Output {
    /// Lines of text.
    case text(String)
    /// A header and rows of as many cells.
    case table([[String]])
    /// A table of streams' texts.
    case batch(BatchTable)
    /// Plots side by side.
    case plots([LinePlot])
  }

  /// The text before the code, in Markdown.
  var text: String
  /// The code, without the indentation that all of its lines share.
  var code: String
  /// The outputs in their order.
  var outputs: [Output] = []
  /// How long the code took.
  var seconds = 0.0
}

internal import Files

/// fastai's table of a batch: one row a stream, its number and the text of its inputs.
public struct BatchTable: Sendable, Equatable, CustomStringConvertible {
  /// The texts by stream, from the first on.
  public let texts: [String]

  /// The table for a terminal, its texts in lines of at most 80 characters.
  public var description: String {
    var lines = ["idx  text"]
    for (stream, text) in texts.enumerated() {
      for (index, part) in PlainText.lines(text, width: 75).enumerated() {
        let number = index == 0 ? "\(stream)" : ""
        lines.append(number + String(repeating: " ", count: max(1, 5 - number.count)) + part)
      }
    }
    return lines.joined(separator: "\n")
  }
}

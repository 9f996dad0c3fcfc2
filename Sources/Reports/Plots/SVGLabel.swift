internal import Files

/// Texts of SVG pictures.
enum SVGLabel {
  /// Where a text lies beside its place.
  enum Anchor: String { case start, middle, end }

  /// A text of a class of the style sheet at (`x`, `y`), the foot of its letters.
  static func text(_ text: String, _ x: Double, _ y: Double, _ style: String, _ anchor: Anchor) -> String {
    let place = "x=\"\(px(x))\" y=\"\(px(y))\" text-anchor=\"\(anchor.rawValue)\""
    return "<text class=\"\(style)\" \(place)>\(PlainText.escapedForXML(text))</text>\n"
  }

  /// Roughly how wide a text is.
  static func width(_ text: String) -> Double { Double(text.count) * SVGPicture.characterWidth }
}

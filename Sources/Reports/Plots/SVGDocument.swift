internal import Files

/// The frame of an SVG picture: its size, title and style sheet.
enum SVGDocument {
  /// A document of that size around `content`.
  static func text(title: String, width: Double, height: Double, _ content: String) -> String {
    let size = "width=\"\(px(width))\" height=\"\(px(height))\" viewBox=\"0 0 \(px(width)) \(px(height))\""
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lp\" \(size) role=\"img\">\n"
      + "<title>\(PlainText.escapedForXML(title))</title>\n<style>\n\(SVGStyle.sheet)</style>\n\(content)</svg>\n"
  }
}

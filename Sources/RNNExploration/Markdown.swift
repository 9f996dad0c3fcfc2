import Training

/// The little Markdown that the notebook's texts are written in: headings, paragraphs, code, emphasis, links.
enum Markdown {
  /// A heading or a paragraph, on one line.
  private static func blocks(_ text: String) -> [(level: Int, text: String)] {
    var blocks: [(level: Int, text: String)] = []
    var paragraph: [String] = []
    func endParagraph() {
      if !paragraph.isEmpty { blocks.append((0, paragraph.joined(separator: " "))) }
      paragraph = []
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let level = line.prefix { $0 == "#" }.count
      if level > 0 {
        endParagraph()
        blocks.append((level, String(line.dropFirst(level + 1))))
      } else if line.isEmpty {
        endParagraph()
      } else {
        paragraph.append(String(line))
      }
    }
    endParagraph()
    return blocks
  }

  /// The text for a terminal, in lines of at most 80 characters.
  static func plain(_ text: String) -> String {
    blocks(text).map { level, text in
      let text = text.replacing(/\[([^\]]*)\]\(([^)]*)\)/) { "\($0.output.1) (\($0.output.2))" }
      guard level > 0 else { return PlainText.lines(text, width: 80).joined(separator: "\n") }
      return text + "\n" + String(repeating: level == 1 ? "=" : "-", count: text.count)
    }.joined(separator: "\n\n")
  }

  /// The text as HTML.
  static func html(_ text: String) -> String {
    blocks(text).map { level, text in
      let tag = level > 0 ? "h\(level)" : "p"
      return "<\(tag)>\(inline(text))</\(tag)>\n"
    }.joined()
  }

  private static func inline(_ text: String) -> String {
    // What is between backquotes is code, and none of the rest's marks count in it.
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
      let part = PlainText.escapedForXML(part.description)
      if index % 2 == 1 { return "<code>\(part)</code>" }
      return part.replacing(/\[([^\]]*)\]\(([^)]*)\)/) { "<a href=\"\($0.output.2)\">\($0.output.1)</a>" }
        .replacing(/\*([^*]+)\*/) { "<em>\($0.output.1)</em>" }
    }.joined()
  }
}

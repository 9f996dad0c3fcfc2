import Training

/// The notebook as one self-contained HTML page.
enum NotebookPage {
  /// What each page of this program begins with, and no other file.
  static let mark = HTMLPage.start("made by rnn-exploration; its next run replaces this page")

  /// The page of cells that have run; the first one's text begins with the page's title.
  static func html(_ cells: [Cell]) -> String {
    let title = cells.first?.text.split(separator: "\n").first.map { String($0.drop { $0 == "#" || $0 == " " }) } ?? ""
    var number = 0
    var body = ""
    for cell in cells {
      if !cell.text.isEmpty { body += "<div class=\"text\">\n\(Markdown.html(cell.text))</div>\n" }
      guard !cell.code.isEmpty else { continue }
      number += 1
      body += html(cell, number: number)
    }
    return mark + HTMLPage.document(title: title, body)
  }

  private static func html(_ cell: Cell, number: Int) -> String {
    // Quick cells took no time worth showing.
    let time =
      cell.seconds >= 0.05 ? "<span class=\"time\">\(NumberText.fixed(cell.seconds, decimals: 2)) s</span>" : ""
    return """
      <section class="cell">
      <div class="label">In <b>\(number)</b>\(time)</div>
      <pre class="code"><code>\(SwiftCode.html(cell.code))</code></pre>
      \(outputs(cell.outputs))</section>

      """
  }

  /// The outputs, those of one kind of text in one block.
  private static func outputs(_ outputs: [Cell.Output]) -> String {
    guard !outputs.isEmpty else { return "" }
    var html = "<div class=\"out\">\n"
    var lines: [String] = []
    func endLines() {
      if !lines.isEmpty { html += "<pre>\(lines.map(escaped).joined(separator: "\n"))</pre>\n" }
      lines = []
    }
    for output in outputs {
      if case .text(let text) = output {
        lines.append(text)
        continue
      }
      endLines()
      switch output {
      case .text: break
      case .table(let rows): html += HTMLPage.table(rows, class: "numbers")
      case .batch(let batch):
        html += HTMLPage.table([["idx", "text"]] + batch.texts.enumerated().map { ["\($0)", $1] }, class: "texts")
      case .plots(let plots):
        html += "<div class=\"plots\">\n\(plots.map { $0.svg(width: 560, height: 350) }.joined())</div>\n"
      }
    }
    endLines()
    return html + "</div>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { PlainText.escapedForXML($0.description) }
      .joined(separator: "\n")
  }
}

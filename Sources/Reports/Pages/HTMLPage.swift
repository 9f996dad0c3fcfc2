internal import Files

/// A self-contained page for the browser: everything in one file, with nothing to fetch.
public enum HTMLPage {
  /// What a page begins with: its type, and a remark that stays out of sight.
  public static func start(_ remark: String) -> String { "<!doctype html>\n<!-- \(remark) -->\n" }

  /// What follows: the document around `body`, which is HTML.
  public static func document(title: String, _ body: String) -> String {
    """
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(PlainText.escapedForXML(title))</title>
    <style>
    \(PageStyle.sheet)
    </style>
    </head>
    <body>
    <main>
    \(body)</main>
    </body>
    </html>

    """
  }

  /// Rows of texts as a table, the first of them its header.
  public static func table(_ rows: [[String]], class name: String) -> String {
    let lines = rows.enumerated().map { index, row in
      let tag = index == 0 ? "th" : "td"
      return "<tr>" + row.map { "<\(tag)>\(PlainText.escapedForXML($0))</\(tag)>" }.joined() + "</tr>\n"
    }
    return "<div class=\"wide\"><table class=\"\(name)\">\n\(lines.joined())</table></div>\n"
  }

  /// Names with values, as a list of the given look.
  public static func list(_ entries: [(name: String, value: String)], class name: String) -> String {
    let items = entries.map { entry in
      "<div><dt>\(PlainText.escapedForXML(entry.name))</dt><dd>\(PlainText.escapedForXML(entry.value))</dd></div>\n"
    }
    return "<dl class=\"\(name)\">\n\(items.joined())</dl>\n"
  }

  /// Plots of lines, as `pictures` shows them.
  public static func plots(_ plots: [LinePlot]) -> String { pictures(plots) }

  /// Pictures side by side; on a phone one below another, drawn for its width so that their texts stay readable.
  ///
  /// - isWide: whether each has the page's width.
  public static func pictures(_ plots: [any Picture], isWide: Bool = false) -> String {
    let (width, height) = isWide ? (1080, 460) : (560, 350)
    let pictures = plots.map { plot in
      "<div><div class=\"at-wide\">\(plot.svg(width: width, height: height))</div>"
        + "<div class=\"at-narrow\">\(plot.svg(width: 360, height: 270))</div></div>\n"
    }
    return "<div class=\"plots\(isWide ? " whole" : "")\">\n\(pictures.joined())</div>\n"
  }
}

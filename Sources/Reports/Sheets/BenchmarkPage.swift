package import Benchmarks
internal import Files

/// Sheets of measurements of one or several machines as one self-contained page: each speed beside what the machine
/// could do, where others are faster, and the command behind each figure.
package struct BenchmarkPage: Sendable {
  /// The sheets, in the page's order.
  package var sheets: [BenchmarkSheet]
  /// Speeds of other programs.
  package var peers: [PeerFigures]

  /// A page of at least one sheet.
  package init(_ sheets: [BenchmarkSheet], peers: [PeerFigures]) {
    precondition(!sheets.isEmpty, "no sheets")
    (self.sheets, self.peers) = (sheets, peers)
  }

  /// The page.
  package func html() -> String {
    var body = "<h1>dist-train: speed beside the limit</h1>\n"
    body += paragraph(
      """
      Each picture ends at the top where the machine does: at the multiply-adds that a core can do in a cycle, times \
      their width, times the frequency that the core has under their load. All three are measured by the command that \
      made this page, and so are all other figures. Operations are those of the matrix products that a training step needs.
      """)
    if sheets.count > 1 { body += section("Side by side", MachineTable.html(sheets)) }
    for (index, sheet) in sheets.enumerated() {
      body += SheetSection(sheet, number: sheets.count > 1 ? index + 1 : nil).html
    }
    body += section("Where others win", PeerTable.html(peers))
    return HTMLPage.start("made by dist-train") + HTMLPage.document(title: "dist-train: speed beside the limit", body)
  }
}

/// A section of the page under its heading.
func section(_ title: String, _ content: String) -> String {
  "<section>\n<h2>\(PlainText.escapedForXML(title))</h2>\n\(content)</section>\n"
}

/// A paragraph of plain text.
func paragraph(_ text: String) -> String { "<p>\(PlainText.escapedForXML(text))</p>\n" }

/// A size in memory: "32 KiB".
func kibibytes(_ bytes: Double) -> String {
  let kibibytes = bytes / 1024
  if kibibytes < 1024 { return "\(fixed(kibibytes, 0)) KiB" }
  return "\(fixed(kibibytes / 1024, kibibytes < 10_240 ? 1 : 0)) MiB"
}

/// A number with so many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String { NumberText.fixed(value, decimals: decimals) }

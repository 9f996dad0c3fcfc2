internal import Files

/// The workers' shares of time as a table with bars.
enum SharesTable {
  /// More workers than this are summed up by their mean.
  private static let most = 64
  private static let names = ["compute", "reduction", "waiting"]

  /// The table of workers 0, 1, … with what its colours mean.
  static func html(_ shares: [WorkerShares]) -> String {
    var rows = shares.prefix(most).enumerated().map { row("\($0)", parts($1)) }
    if shares.count > most {
      let means = (0..<names.count).map { index in
        shares.map { parts($0)[index] }.reduce(0, +) / Double(shares.count)
      }
      rows.append(row("mean of \(NumberText.grouped(shares.count))", means))
    }
    let header = (["worker", ""] + names).map { "<th>\($0)</th>" }.joined()
    let key = names.indices.map { index in
      "<span class=\"key\"><svg viewBox=\"0 0 1 1\"><rect class=\"s\(index)\" width=\"1\" height=\"1\"/></svg>"
        + "\(meanings[index])</span> "
    }
    return "<div class=\"wide\"><table class=\"shares\">\n<tr>\(header)</tr>\n\(rows.joined())</table></div>\n"
      + "<p class=\"muted\">\(key.joined())Measured over a few of the first steps.</p>\n"
  }

  private static let meanings = ["arithmetic", "collective operations", "waiting for later workers"]

  private static func parts(_ shares: WorkerShares) -> [Double] { [shares.compute, shares.reduction, shares.waiting] }

  private static func row(_ name: String, _ parts: [Double]) -> String {
    var bar = ""
    var start = 0.0
    for (index, part) in parts.enumerated() {
      let width = 100 * max(0, part)
      bar += "<rect class=\"s\(index)\" x=\"\(px(start))\" width=\"\(px(width))\" height=\"14\"/>"
      start += width
    }
    let cells = parts.map { "<td>\(NumberText.fixed(100 * $0, decimals: 1)) %</td>" }.joined()
    return
      "<tr><td>\(name)</td><td><svg viewBox=\"0 0 100 14\" preserveAspectRatio=\"none\" role=\"img\">\(bar)</svg></td>"
      + "\(cells)</tr>\n"
  }
}

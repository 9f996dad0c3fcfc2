internal import Training

/// What `dist-train evaluate` tells.
enum EvaluationReport {
  /// - confused: how many pairs to show at most.
  static func text(_ evaluation: Evaluation, confused: Int, json: Bool) -> String {
    let pairs = evaluation.confused.prefix(confused)
    func token(_ id: Int) -> JSONValue { .string(evaluation.vocabulary[id]) }
    if json {
      var figures: [(name: String, value: JSONValue)] = [
        ("valid_loss", .number(evaluation.loss)), ("accuracy", .number(evaluation.accuracy)),
        ("perplexity", .number(evaluation.perplexity)), ("tokens", .integer(evaluation.tokens)),
        ("tokens_per_second", .number(speed(evaluation))),
      ]
      if confused > 0 {
        let table = pairs.map { pair in
          JSONValue.object([
            ("actual", token(pair.actual)), ("predicted", token(pair.predicted)), ("count", .integer(pair.count)),
          ])
        }
        figures.append(("confused", .array(Array(table))))
      }
      return JSONValue.object(figures).text
    }
    func fixed(_ value: Double) -> String { NumberText.fixed(value, decimals: 6) }
    var lines = [
      "valid loss \(fixed(evaluation.loss))", "accuracy   \(fixed(evaluation.accuracy))",
      "perplexity \(fixed(evaluation.perplexity))", "tokens     \(NumberText.grouped(evaluation.tokens))",
      "tokens/s   \(NumberText.grouped(Int(speed(evaluation))))",
    ]
    if confused > 0 {
      // Quoted, a line's end and a space can be told from nothing.
      func shown(_ id: Int) -> String {
        PlainText.visible(JSONValue.string(PlainText.shortened(evaluation.vocabulary[id], to: 40)).text)
      }
      let rows = pairs.map { [shown($0.actual), shown($0.predicted), NumberText.grouped($0.count)] }
      lines += ["", table([["actual", "predicted", "count"]] + rows)]
    }
    return lines.joined(separator: "\n")
  }

  private static func speed(_ evaluation: Evaluation) -> Double { Double(evaluation.tokens) / evaluation.seconds }

  private static func table(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let blank = String(repeating: " ", count: widths[column] - row[column].count)
        return column == row.count - 1 ? blank + row[column] : row[column] + blank
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

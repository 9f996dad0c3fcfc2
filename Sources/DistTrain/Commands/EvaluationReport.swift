internal import Training

/// What `dist-train evaluate` prints.
enum EvaluationReport {
  /// - confused: how many pairs to show at most.
  static func text(_ evaluation: Evaluation, confused: Int, json: Bool) -> String {
    let pairs = evaluation.confused.prefix(confused)
    func token(_ id: Int) -> JSONValue { .string(evaluation.vocabulary[id]) }
    if json {
      var figures: [(name: String, value: JSONValue)] = [
        ("valid_loss", .number(evaluation.loss)), ("accuracy", .number(evaluation.accuracy)),
        ("perplexity", .number(evaluation.perplexity)),
      ]
      figures += evaluation.metrics.map { ($0.name, .number($0.value)) }
      figures += [
        ("tokens", .integer(evaluation.tokens)), ("tokens_per_second", .number(speed(evaluation))),
        ("batch_size", .integer(evaluation.streams)),
        ("bptt", .integer(evaluation.bptt)), ("begins_with", .string(evaluation.start.rawValue)),
      ]
      if let share = evaluation.unknownShare { figures.append(("unknown", .number(share))) }
      if !evaluation.differences.isEmpty {
        figures.append(("not_the_runs", .array(evaluation.differences.map { .string($0) })))
      }
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
      "perplexity \(fixed(evaluation.perplexity))",
    ]
    lines += evaluation.metrics.map {
      $0.name + String(repeating: " ", count: max(1, 11 - $0.name.count)) + fixed($0.value)
    }
    lines += [
      "tokens     \(NumberText.grouped(evaluation.tokens))", "tokens/s   \(NumberText.grouped(Int(speed(evaluation))))",
      "streams    \(NumberText.grouped(evaluation.streams)) of bptt \(evaluation.bptt), which begin with "
        + evaluation.start.rawValue,
    ]
    if let share = evaluation.unknownShare, share > 0 {
      let percent = NumberText.fixed(100 * share, decimals: 2)
      lines.append(
        "unknown    \(percent) % of the tokens" + (evaluation.unknownIsWrong ? ", counted as wrong" : ", as in the run")
      )
    }
    lines += evaluation.differences.map { "other      \(PlainText.visible($0))" }
    if confused > 0 {
      // In quotation marks, a newline and a space are visible.
      func shown(_ id: Int) -> String {
        PlainText.visible(JSONValue.string(PlainText.shortened(evaluation.vocabulary[id], to: 40)).text)
      }
      let rows = pairs.map { [shown($0.actual), shown($0.predicted), NumberText.grouped($0.count)] }
      lines += ["", table([["actual", "predicted", "count"]] + rows)]
    }
    return lines.joined(separator: "\n")
  }

  private static func speed(_ evaluation: Evaluation) -> Double { Double(evaluation.tokensRead) / evaluation.seconds }

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

internal import Teams
internal import Training

/// What `dist-train data` prints.
enum DataReport {
  /// Sizes of the texts, steps, vocabulary.
  static func text(_ data: LanguageModelData) -> String {
    let rows = LanguageModelData.Split.allCases.map { split in
      let corpus = split == .train ? data.corpora.train : data.corpora.valid
      return [
        split.rawValue, NumberText.grouped(corpus.count), NumberText.grouped(data[split].count),
        PlainText.visible(corpus.name),
      ]
    }
    let words = data.vocabulary.tokens.prefix(100).map { PlainText.shown(token: $0) }.joined(separator: " ")
    let more = data.vocabulary.count > 100 ? " … and \(NumberText.grouped(data.vocabulary.count - 100)) more" : ""
    return """
      \(table([["split", "tokens", "steps", "text"]] + rows))

      batch of \(data.batchSize) streams × bptt \(data.bptt) = \(NumberText.grouped(data.batchSize * data.bptt)) tokens a step
      vocabulary of \(NumberText.grouped(data.vocabulary.count))
      \(PlainText.lines(words + more, width: 78).map { "  " + $0 }.joined(separator: "\n"))
      """
  }

  /// The lanes, streams and tokens of one worker.
  static func text(_ data: LanguageModelData, worker: WorkerChoice, lanes: Lanes) -> String {
    let own = lanes.lanes(ofWorker: worker.index, of: worker.size)
    let streams = lanes.streams(ofWorker: worker.index, of: worker.size)
    var lines = [
      "worker \(worker.index) of \(worker.size): lanes \(text(own)) of \(lanes.count), "
        + "streams \(text(streams)) of \(data.batchSize)"
    ]
    for split in LanguageModelData.Split.allCases {
      let parts = data[split].parts(of: streams)
      let count = parts.map(\.count).reduce(0, +)
      lines.append(
        "\(split.rawValue): holds \(NumberText.grouped(count)) of \(NumberText.grouped(data[split].tokenCount)) tokens: "
          + text(parts))
    }
    let rows = own.flatMap { lane in
      lanes.streams(ofLane: lane).map { stream in
        ["\(stream)", "\(lane)"]
          + LanguageModelData.Split.allCases.map { text(data[$0].parts(of: stream..<(stream + 1))) }
      }
    }
    lines += ["", table([["stream", "lane", "train tokens", "valid tokens"]] + rows)]
    return lines.joined(separator: "\n")
  }

  /// Ranges of tokens, "from ..< end".
  private static func text(_ parts: [Range<Int>]) -> String {
    parts.map { "\(NumberText.grouped($0.lowerBound)) ..< \(NumberText.grouped($0.upperBound))" }.joined(
      separator: ", ")
  }

  private static func text(_ range: Range<Int>) -> String { "\(range.lowerBound) ..< \(range.upperBound)" }

  /// Rows of cells side by side: the first and the last column aligned to the left, the others to the right.
  static func table(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let blank = String(repeating: " ", count: widths[column] - row[column].count)
        if column == row.count - 1 { return row[column] }
        return column == 0 ? row[column] + blank : blank + row[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

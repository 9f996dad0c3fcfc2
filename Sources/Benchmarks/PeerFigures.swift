package import Files

/// The speed of another program beside dist-train's, both measured in turn by somebody else's script.
package struct PeerFigures: Sendable, Equatable {
  /// The program: "jax-jit".
  package var name: String
  package var model: String
  package var hidden, bptt, workers: Int
  /// Random tokens were below this number; nil for the human numbers.
  package var vocabulary: Int?
  /// Tokens in a second, and dist-train's in the same turns.
  package var tokensPerSecond, ours: Double

  /// How many times as fast dist-train was.
  package var ratio: Double { ours / tokensPerSecond }

  /// Reads a file of lines: options such as `--model lstm --hidden 64 --vocab 10000 --workers 2`, and then JSON of what
  /// was measured with them, `{"20":{"median":{"dist-train":1.3e6,"jax-jit":6.1e5}}}`: for each bptt the tokens/s of
  /// each program. Options that aren't there are model3, hidden 64, the human numbers and one worker; other options and
  /// other members of the JSON are passed over, and names that begin with an underscore.
  ///
  /// - Throws: `RunError` where the file can't be read or is no such file.
  package static func read(_ path: String) throws(RunError) -> [PeerFigures] {
    let remedy = "give lines of options, each followed by a line of JSON"
    let text = try InputFile.text(path, remedy: "check its name")
    var options: [String: String] = [:]
    var figures: [PeerFigures] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.drop(while: \.isWhitespace)
      if line.isEmpty { continue }
      func error(_ problem: String) -> RunError {
        RunError(problem, at: "\(path), line \(number + 1)", remedy: remedy, status: .badData)
      }
      if line.hasPrefix("{") {
        guard let object = try? JSONValue(parsing: Array(line.utf8)) else { throw error("broken JSON") }
        guard let found = Self.figures(object, options), !found.isEmpty else {
          throw error("JSON without the speeds of dist-train and of another program")
        }
        figures += found
        options = [:]
      } else {
        let words = line.split(separator: " ").map(String.init)
        guard words.count % 2 == 0, words.indices.allSatisfy({ $0 % 2 == 1 || words[$0].hasPrefix("--") }) else {
          throw error("a line that is neither options with values nor JSON")
        }
        for index in stride(from: 0, to: words.count, by: 2) { options[words[index]] = words[index + 1] }
      }
    }
    if figures.isEmpty { throw RunError("no speeds in the file", at: path, remedy: remedy, status: .badData) }
    return figures
  }

  /// What one line of JSON holds; nil where it isn't what it should be.
  private static func figures(_ object: JSONValue, _ options: [String: String]) -> [PeerFigures]? {
    guard case .object(let members) = object, let hidden = Int(options["--hidden"] ?? "64"),
      let workers = Int(options["--workers"] ?? "1"), let vocabulary = Int(options["--vocab"] ?? "0")
    else { return nil }
    var figures: [PeerFigures] = []
    for (bptt, value) in members {
      guard let bptt = Int(bptt), let median = value["median"], case .object(let speeds) = median,
        let ours = median.number("dist-train"), ours > 0
      else { return nil }
      for (name, speed) in speeds where name != "dist-train" && !name.hasPrefix("_") {
        guard let speed = speed.number, speed > 0 else { return nil }
        figures.append(
          PeerFigures(
            name: name, model: options["--model"] ?? "model3", hidden: hidden, bptt: bptt, workers: workers,
            vocabulary: vocabulary > 0 ? vocabulary : nil, tokensPerSecond: speed, ours: ours))
      }
    }
    return figures
  }
}

package import Files
internal import Jobs
internal import Models
internal import SystemPackage
package import Teams

/// The file that a user names for weights: a file, such as the `best` of a run, or a run's directory.
package enum WeightsFile {
  /// The file that `path` stands for.
  package static func file(_ path: String) -> String {
    let isDirectory = (try? FilePath(named: path).stat().type == .directory) ?? false
    return isDirectory ? FilePath(named: path).appending(RunDirectory.File.model.rawValue).named : path
  }

  /// What to do where the file that `path` stands for can't be read.
  package static func remedy(_ path: String, _ file: String) -> String {
    if FilePath(named: path).lastComponent?.string == RunDirectory.File.best.rawValue {
      return "a run has it from its first validation on: give a file in its checkpoints/"
    }
    // A run that was stopped, or goes on, has no weights of its end.
    return path == file ? "check its name and permissions" : "give a run that is done, or a file in its checkpoints/"
  }

  /// Throws unless a file is of that model and that vocabulary, as far as it says of what it is: shapes alone don't
  /// tell one model from another of the same sizes, or the words that an embedding's rows belong to.
  ///
  /// - vocabulary: nil for any.
  static func check(
    _ header: SafetensorsHeader, _ file: String, _ kind: ModelKind, _ vocabulary: [String]?
  ) throws(RunError) {
    // Other programs call models as they like.
    if let model = header.metadata["model"], model != kind.name, ModelKind.all.contains(where: { $0.name == model }) {
      let name = PlainText.visible(PlainText.shortened(model, to: 40))
      throw RunError(
        "the weights are those of \(name), not of \(kind)", at: file,
        remedy: "give weights of \(kind), or take \(name) as the model", status: .badData)
    }
    guard let vocabulary, let text = header.metadata["vocabulary"] else { return }
    guard case .array(let tokens)? = try? JSONValue(parsing: Array(text.utf8)) else {
      throw RunError(
        "the vocabulary of the weights can't be read", at: file, remedy: "give weights as they were written",
        status: .badData)
    }
    let words = tokens.map { if case .string(let token) = $0 { token } else { "" } }
    // Canonically equivalent words are two.
    let place = zip(words, vocabulary).enumerated().first { !$1.0.utf8.elementsEqual($1.1.utf8) }?.offset
    guard place != nil || words.count != vocabulary.count else { return }
    func shown(_ token: String) -> String {
      PlainText.visible(JSONValue.string(PlainText.shortened(token, to: 40)).text)
    }
    let difference =
      place.map { "token \($0) is \(shown(words[$0])) there and \(shown(vocabulary[$0])) here" }
      ?? "\(words.count) tokens there and \(vocabulary.count) here"
    throw RunError(
      "the vocabulary of the weights is not that of the texts (\(difference))", at: file,
      remedy:
        "give the texts that the weights are of, weights of these texts, or --new-vocabulary to take over the words "
        + "that both have", status: .badData)
  }

  /// The file that `path` stands for, and its bytes, as this process reads it.
  package static func bytes(_ path: String) throws(RunError) -> (file: String, bytes: [UInt8]) {
    let file = file(path)
    return (file, try InputFile.bytes(file, remedy: remedy(path, file)))
  }

  /// The file that `path` stands for on worker 0's node, and its bytes, on all workers. Collective.
  package static func sharedBytes(_ path: String, _ team: any Team) throws -> (file: String, bytes: [UInt8]) {
    let message = try SharedOutcome.share(team) { () throws(RunError) in
      let (file, bytes) = try bytes(path)
      return Array(file.utf8) + [0] + bytes
    }
    // No name has a NUL in it.
    let end = message.firstIndex(of: 0) ?? message.endIndex
    return (String(decoding: message[..<end], as: UTF8.self), Array(message[(end + 1)...]))
  }
}

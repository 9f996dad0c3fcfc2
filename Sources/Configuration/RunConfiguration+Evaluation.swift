package import Files

extension RunConfiguration {
  /// The options that a validation's figures depend on beside the model, as a file of weights keeps them by their
  /// names; those that aren't set are left out.
  package var evaluationJSON: JSONValue {
    .object(Self.evaluationOptions.map { ($0.name, $0.json(self)) }.filter { $0.1 != .null })
  }

  /// Takes what a file of weights, or a checkpoint, says of these options; what it doesn't say stays as it is.
  ///
  /// - Returns: the names of those that it says, and that are sound.
  package mutating func takeEvaluationOptions(_ json: JSONValue) -> Set<String> {
    var names: Set<String> = []
    for option in Self.evaluationOptions {
      guard let member = json[option.name], member != .null, option.take(json, into: &self) else { continue }
      names.insert(option.name)
    }
    return names
  }

  /// The options of a layout of streams, and of the texts.
  private static var evaluationOptions: [any DeclaredOption] {
    let data = RunOption.data
    return [data.batchSize, data.bptt, data.lanes, data.hiddenState, data.train, data.valid, data.directory]
  }
}

package import Files
package import Models

/// The model and its shape. `model` comes first: it sets all that follows to the model's own defaults.
package struct ModelOptions: OptionSection {
  package static let title = "Model"

  package let model = OptionDeclaration("model", .at(\.modelKind), "Which of the models.")

  package let hidden = OptionDeclaration(
    "hidden", .at(\.model.hidden), "Width of the hidden state.", value: "n", subject: "hidden size",
    in: .from(1, to: 65_536), default: "64; 1152 for awd-lstm")

  package let layers = OptionDeclaration(
    "layers", .at(\.model.layers), "Recurrent layers.", value: "n", subject: "number of layers", in: .from(1, to: 64),
    default: "1; 2 for gru and lstm, 3 for awd-lstm"
  ).ofStacks

  package let embedding = OptionDeclaration(
    "embedding", .at(\.resolvedEmbedding), "Width of the embedding.", value: "n", subject: "embedding size",
    in: .from(1, to: 65_536), default: "that of the hidden state; 400 for awd-lstm"
  ).ofStacks

  package let norm = OptionDeclaration(
    "norm", .at(\.model.norm), "What comes before the output layer.", value: "norm",
    default: "batch; none for awd-lstm"
  ).ofStacks

  package let tiesWeights = OptionDeclaration(
    "tie-weights", .at(\.model.tiesWeights), "One matrix for embedding and output layer; awd-lstm's default."
  ).with { $0.spelling = .both }.ofStacks

  package let dropoutInput = Self.dropout("input", \.model.dropout.input, "Dropout of the embedded input.", "0.25")
  package let dropoutEmbedding = Self.dropout(
    "embedding", \.model.dropout.embedding, "Dropout of whole rows of the embedding.", "0.02")
  package let dropoutHidden = Self.dropout("hidden", \.model.dropout.hidden, "Dropout between layers.", "0.15")
  package let dropoutWeight = Self.dropout(
    "weight", \.model.dropout.weight, "Dropout of the hidden-to-hidden weights.", "0.2")
  package let dropoutOutput = Self.dropout(
    "output", \.model.dropout.output, "Dropout before the output layer.", "0.1")

  package let dropMultiplier = OptionDeclaration(
    "drop-mult", .at(\.model.dropMultiplier), "Multiplies all five.", value: "x", subject: "factor", in: .notNegative
  ).ofStacks

  package let activationRegularisation = OptionDeclaration(
    "ar", .at(\.model.activationRegularisation), "Weight of activation regularisation.", value: "x", subject: "weight",
    in: .notNegative, default: "0; 2 for awd-lstm"
  ).ofStacks

  package let temporalRegularisation = OptionDeclaration(
    "tar", .at(\.model.temporalRegularisation), "Weight of temporal activation regularisation.", value: "x",
    subject: "weight", in: .notNegative, default: "0; 1 for awd-lstm"
  ).ofStacks

  package init() {}

  private static func dropout(
    _ name: String, _ field: any WritableKeyPath<RunConfiguration, Double> & Sendable, _ help: String, _ fastai: String
  ) -> OptionDeclaration<Double> {
    OptionDeclaration(
      "dropout-\(name)", .at(field), help, value: "p", subject: "probability", in: .belowOne,
      default: "0; \(fastai) for awd-lstm"
    ).ofStacks
  }
}

extension OptionDeclaration {
  /// The same, for stacks of recurrent layers only.
  fileprivate var ofStacks: Self { with { $0.isOffered = { $0.model.kind.isStack } } }
}

extension RunConfiguration {
  /// The kind of model; one that is set comes with its own defaults.
  package var modelKind: ModelKind {
    get { model.kind }
    set {
      model = ModelDescription(newValue)
      hiddenState = newValue.startsEpochsAfresh ? .epoch : .carry
    }
  }

  /// The width of the embedding as resolved; to be set where it is given.
  package var resolvedEmbedding: Int {
    get { model.embeddingWidth }
    set { model.embedding = newValue }
  }

  /// What doesn't fit together in the model's shape, and the options that it is about; nil where all does.
  package var modelViolation: (problem: String, options: [any DeclaredOption], remedy: String)? {
    if model.norm == .batch, !model.kind.takesNorm {
      return ("\(model.kind) has nothing before its output layer", [RunOption.model.norm], "leave it out")
    }
    if model.tiesWeights, model.outputWidth != model.embeddingWidth {
      return (
        "one matrix can't have the widths \(model.embeddingWidth) and \(model.outputWidth)",
        [RunOption.model.tiesWeights, RunOption.model.embedding], "give the embedding the width of the hidden state"
      )
    }
    let dropout = model.resolvedDropout
    let most = [dropout.input, dropout.embedding, dropout.hidden, dropout.weight, dropout.output].max() ?? 0
    guard most < 1 else {
      return (
        "a probability of \(most) leaves nothing", [RunOption.model.dropMultiplier], "give less than 1 over the largest"
      )
    }
    return nil
  }

  /// Throws a usage error where the model's shape doesn't fit together.
  package func checkModel() throws(RunError) {
    guard let violation = modelViolation else { return }
    throw RunError(
      violation.problem, at: violation.options.map(\.typedName).joined(separator: ", "), remedy: violation.remedy,
      status: .usage)
  }
}

/// What a model is: its kind and all that its shape and its training depend on beside the vocabulary. It is kept in
/// `config.json`, checkpoints and weights, and the model is built from it.
public struct ModelDescription: Sendable, Equatable {
  /// Which of the models.
  public var kind: ModelKind
  /// Width of the hidden state; of awd-lstm, of all layers but the last.
  public var hidden = 64
  /// Recurrent layers.
  public var layers = 1
  /// Width of the embedding; nil for that of the hidden state.
  public var embedding: Int?
  /// What comes before the output layer.
  public var norm = NormChoice.batch
  /// Whether embedding and output layer share one matrix.
  public var tiesWeights = false
  /// Probabilities of a zero, before `dropMultiplier`.
  public var dropout = Dropout()
  /// What all five probabilities are multiplied by.
  public var dropMultiplier = 1.0
  /// α of activation regularisation.
  public var activationRegularisation = 0.0
  /// β of temporal activation regularisation.
  public var temporalRegularisation = 0.0

  /// A model of a kind, with the kind's defaults.
  public init(_ kind: ModelKind) {
    self.kind = kind
    kind.setDefaults(&self)
  }

  /// Width of the embedding as resolved.
  public var embeddingWidth: Int { embedding ?? hidden }
  /// Width of what the output layer reads.
  public var outputWidth: Int { kind.endsAtEmbedding ? embeddingWidth : hidden }
  /// The probabilities as they are used.
  public var resolvedDropout: Dropout { dropout.multiplied(by: dropMultiplier) }

  /// Inputs and outputs of each recurrent layer, from the first on. A model that ends at the embedding has a last layer
  /// as wide as it.
  public var layerWidths: [(inputs: Int, outputs: Int)] {
    (0..<layers).map { layer in
      let isLast = layer == layers - 1
      return (layer == 0 ? embeddingWidth : hidden, isLast ? outputWidth : hidden)
    }
  }

  /// The trained tensors, in the order of files and digests.
  package func layout(vocabulary: Int) -> ParameterLayout {
    ParameterLayout(kind.type.parameters(self, vocabulary: vocabulary))
  }
}

/// What comes between the last layer and the output layer.
public enum NormChoice: String, Sendable, CaseIterable {
  /// BatchNorm over all rows of a step.
  case batch
  /// Nothing.
  case none
}

/// Dropout's probabilities of a zero, each at least 0 and below 1.
public struct Dropout: Sendable, Equatable {
  /// Of the embedded input: a number for each stream and feature.
  public var input = 0.0
  /// Of the embedding: a number for each row of the vocabulary.
  public var embedding = 0.0
  /// Between layers: a number for each stream and feature.
  public var hidden = 0.0
  /// Of each layer's hidden-to-hidden weights, element by element.
  public var weight = 0.0
  /// Before the output layer: a number for each stream and feature.
  public var output = 0.0

  /// None.
  public init() {}

  /// fastai's for AWD_LSTM.
  public static var awdLSTM: Dropout {
    var dropout = Dropout()
    (dropout.input, dropout.embedding, dropout.hidden) = (0.25, 0.02, 0.15)
    (dropout.weight, dropout.output) = (0.2, 0.1)
    return dropout
  }

  /// Each times a factor.
  public func multiplied(by factor: Double) -> Dropout {
    var result = self
    result.input *= factor
    result.embedding *= factor
    result.hidden *= factor
    result.weight *= factor
    result.output *= factor
    return result
  }

  /// Whether there is none.
  public var isNone: Bool { self == Dropout() }
}

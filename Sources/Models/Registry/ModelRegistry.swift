public import Kernels
private import Synchronization

extension ModelKind {
  /// Three unrolled tokens, the first without the hidden layer; BatchNorm inside; predicts the last token.
  public static let model0 = ModelKind(name: "model0", UnrolledModel.self)
  /// A loop over the tokens; BatchNorm inside; predicts the last token.
  public static let model1 = ModelKind(name: "model1", LoopModel.self)
  /// A loop with BatchNorm before the output; predicts every token; the hidden state starts from zero in each step.
  public static let model2 = ModelKind(name: "model2", ResettingModel.self)
  /// The same with the hidden state carried from step to step: the notebook's model3 and Model3.
  public static let model3 = ModelKind(name: "model3", CarryingModel.self)
  /// `torch.nn.RNN` with tanh: lesson 7's Model4.
  public static let rnn = ModelKind(name: "rnn", cell: TanhCell.self)
  /// `torch.nn.GRU`: lesson 7's Model5.
  public static let gru = ModelKind(name: "gru", cell: GRU.self, layers: 2)
  /// `torch.nn.LSTM`.
  public static let lstm = ModelKind(name: "lstm", cell: LSTM.self, layers: 2)
  /// fastai's AWD_LSTM with its language-model head (Merity, Keskar and Socher 2018).
  public static let awdLSTM = ModelKind(
    name: "awd-lstm", StackModel.self, cell: LSTM.self, isStack: true, endsAtEmbedding: true, startsEpochsAfresh: true
  ) {
    $0.hidden = 1152
    $0.embedding = 400
    $0.layers = 3
    $0.norm = .none
    $0.tiesWeights = true
    $0.dropout = .awdLSTM
    $0.activationRegularisation = 2
    $0.temporalRegularisation = 1
  }

  private static let builtIn = [model0, model1, model2, model3, rnn, gru, lstm, awdLSTM]
  private static let added = Mutex<[ModelKind]>([])

  /// All kinds that a name stands for: those that come with the library, then those that a program has registered.
  public static var all: [ModelKind] { builtIn + added.withLock { $0 } }

  /// Lets files and options know a kind of one's own by its name. Traps when there is another kind of that name.
  public static func register(_ kind: ModelKind) {
    guard let other = all.first(where: { $0.name == kind.name }) else { return added.withLock { $0.append(kind) } }
    precondition(other == kind, "there is another model called \(kind.name)")
  }
}

extension ModelDescription {
  /// The notebook's models, of its sizes.
  public static var model0: ModelDescription { ModelDescription(.model0) }
  /// The notebook's model1.
  public static var model1: ModelDescription { ModelDescription(.model1) }
  /// The notebook's model2.
  public static var model2: ModelDescription { ModelDescription(.model2) }
  /// The notebook's model3 and Model3.
  public static var model3: ModelDescription { ModelDescription(.model3) }

  /// A stack of tanh cells, BatchNorm and output layer; embedding: nil for the hidden width.
  public static func rnn(layers: Int = 1, hidden: Int = 64, embedding: Int? = nil) -> ModelDescription {
    stack(.rnn, layers, hidden, embedding)
  }

  /// A stack of GRU cells, BatchNorm and output layer; embedding: nil for the hidden width.
  public static func gru(layers: Int = 2, hidden: Int = 64, embedding: Int? = nil) -> ModelDescription {
    stack(.gru, layers, hidden, embedding)
  }

  /// A stack of LSTM cells, BatchNorm and output layer; embedding: nil for the hidden width.
  public static func lstm(layers: Int = 2, hidden: Int = 64, embedding: Int? = nil) -> ModelDescription {
    stack(.lstm, layers, hidden, embedding)
  }

  /// fastai's AWD_LSTM.
  public static func awdLSTM(
    embedding: Int = 400, hidden: Int = 1152, layers: Int = 3, dropMult: Double = 1
  ) -> ModelDescription {
    var result = stack(.awdLSTM, layers, hidden, embedding)
    result.dropMultiplier = dropMult
    return result
  }

  private static func stack(_ kind: ModelKind, _ layers: Int, _ hidden: Int, _ embedding: Int?) -> ModelDescription {
    var result = ModelDescription(kind)
    result.layers = layers
    result.hidden = hidden
    result.embedding = embedding
    return result
  }
}

extension ModelKind {
  /// A stack of layers of a cell, with BatchNorm before the output layer.
  ///
  /// - layers: how many there are unless given.
  public init(name: String, cell: any Cell.Type, layers: Int = 1) {
    self.init(name: name, StackModel.self, cell: cell, isStack: true) { $0.layers = layers }
  }
}

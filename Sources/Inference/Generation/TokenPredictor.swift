internal import Configuration
internal import Corpus
package import Fitting
internal import Kernels
package import Files
internal import Memory
internal import Models
internal import Teams

/// A trained model on one stream, token by token: BatchNorm takes its running statistics, and what a model carries
/// through the tokens of a step is carried on from token to token.
///
/// So model1 and model2, which begin each step of training from zero, see all that came before; model0 sees the last
/// three tokens, which are all that it ever reads.
package final class TokenPredictor {
  private let model: any Model
  /// What the model has its memory and parameters from.
  private let context: ModelContext
  private let exchange: ParameterExchange
  private let token: BufferView<Int32>  // (1)

  /// - Throws: for weights that lack something.
  convenience init(_ trained: TrainedModel) throws(RunError) {
    let (description, vocabulary) = try trained.requireVocabulary()
    try self.init(description, vocabulary: vocabulary.count) { layout, parameters throws(RunError) in
      for tensor in layout.tensors {
        tensor.write(try trained.floats(tensor.name, shape: tensor.shape), to: parameters)
      }
    } statistic: { name, values throws(RunError) in
      values.copy(from: try trained.floats(name, shape: [values.count]))
    }
  }

  /// That of a session's weights as they are, of which it takes a copy.
  package convenience init(_ session: Session) throws(RunError) {
    let trainer = session.trainer
    try self.init(session.configuration.model, vocabulary: session.vocabulary.count) { layout, parameters in
      let own = 0..<layout.parameterCount
      parameters[own].copy(from: trainer.exchange.parameters[own])
    } statistic: { name, values in
      if let own = trainer.model.runningStatistics.first(where: { $0.name == name }) { values.copy(from: own.values) }
    }
  }

  /// - fill: overwrites the parameters; statistic: a running statistic.
  private init(
    _ description: ModelDescription, vocabulary: Int,
    _ fill: (ParameterLayout, BufferView<Float>) throws(RunError) -> Void,
    statistic: (_ name: String, BufferView<Float>) throws(RunError) -> Void
  ) throws(RunError) {
    let layout = description.layout(vocabulary: vocabulary)
    let team = Solo(lanes: Lanes(batchSize: 1, count: 1))
    exchange = team.makeParameterExchange(count: layout.count, unit: ParameterLayout.unit)
    context = ModelContext(
      description, layout, vocabulary: vocabulary, bptt: 1, seed: 0, team: team, parameters: exchange.parameters)
    token = context.make(1)
    try fill(layout, exchange.parameters)
    model = description.kind.type.init(context)
    for (name, values) in model.runningStatistics { try statistic(name, values) }
    model.parametersChanged()
  }

  /// Reads a token and gives the logits of its successor.
  func next(_ token: Int32) -> [Float] {
    self.token[0] = token
    let logits = model.predict(x: self.token)
    return (0..<logits.columns).map { logits[0, $0] }
  }
}

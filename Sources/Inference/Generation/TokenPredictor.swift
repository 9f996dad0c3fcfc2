internal import Corpus
internal import Kernels
internal import Files
internal import Memory
internal import Models
internal import Teams

/// A trained model on one stream, token by token: BatchNorm takes its running statistics, and what a model carries
/// through the tokens of a step is carried on from token to token.
///
/// So model1 and model2, which begin each step of training from zero, see all that came before; model0 sees the last
/// three tokens, which are all that it ever reads.
final class TokenPredictor {
  private let model: any Model
  /// What the model has its memory and parameters from.
  private let context: ModelContext
  private let exchange: ParameterExchange
  private let token: BufferView<Int32>  // (1)

  /// - Throws: for weights that lack something.
  init(_ trained: TrainedModel) throws(RunError) {
    let (description, vocabulary) = try trained.requireVocabulary()
    let layout = description.layout(vocabulary: vocabulary.tokens.count)
    let team = Solo(lanes: Lanes(batchSize: 1, count: 1))
    exchange = team.makeParameterExchange(count: layout.count, unit: ParameterLayout.unit)
    context = ModelContext(
      description, layout, vocabulary: vocabulary.tokens.count, bptt: 1, seed: 0, team: team,
      parameters: exchange.parameters)
    token = context.make(1)
    for tensor in layout.tensors {
      tensor.write(try trained.floats(tensor.name, shape: tensor.shape), to: exchange.parameters)
    }
    model = description.kind.type.init(context)
    for statistic in model.runningStatistics {
      statistic.values.copy(from: try trained.floats(statistic.name, shape: [statistic.values.count]))
    }
    model.parametersChanged()
  }

  /// Reads a token and gives the logits of its successor.
  func next(_ token: Int32) -> [Float] {
    self.token[0] = token
    let logits = model.predict(x: self.token)
    return (0..<logits.columns).map { logits[0, $0] }
  }
}

internal import Kernels
internal import Teams

/// Whether the hidden state is carried on between epochs and validations, or starts at zero there.
public enum HiddenStateRule: String, Sendable, CaseIterable {
  /// Never reset: the notebook's way.
  case carry
  /// Zero at the start of each epoch and each validation.
  case reset
}

/// One worker of a training run: its model, its share of the optimizer's state, and its batches. Every worker calls the same
/// methods in the same order, and gets the same numbers from them.
@safe
final class Trainer {
  let team: any Team
  let model: Model3
  let train: WorkerBatches
  let valid: WorkerBatches
  private let rule: HiddenStateRule
  let exchange: ParameterExchange
  private let arena: Arena
  let firstMoments: Window<Float>  // (slice)
  let secondMoments: Window<Float>  // (slice)
  private let blockGradient: Window<Float>
  private let stack: Window<Float>
  private let validation: ValidationSums
  /// Updates done since the optimizer's state was zero.
  private(set) var updates = 0

  /// - shape, bptt: of the model; batches: of this worker's streams; collective.
  init(
    shape: ModelShape, bptt: Int, team: any Team, train: WorkerBatches, valid: WorkerBatches, rule: HiddenStateRule
  ) {
    self.team = team
    self.train = train
    self.valid = valid
    self.rule = rule
    exchange = team.makeParameterExchange(count: shape.parameterCount, unit: ModelShape.unit)
    model = Model3(shape: shape, bptt: bptt, team: team, parameters: exchange.parameters)
    let slice = exchange.slice.count
    let stackCount = 16 * max(exchange.schedule.depth, 1)
    arena = Arena(
      byteCount: 2 * Arena.byteCount(slice, of: Float.self)
        + Arena.byteCount(ModelShape.unit + stackCount, of: Float.self)
        + 256)
    firstMoments = arena.take(slice)
    secondMoments = arena.take(slice)
    blockGradient = arena.take(ModelShape.unit)
    stack = arena.take(stackCount)
    validation = ValidationSums(team: team, batches: valid.count)
  }

  /// Sets every trained tensor, and the running statistics where `weights` has them. Collective; `weights` has the names and
  /// sizes of the shape's tensors on every worker.
  func load(_ weights: [String: [Float]]) {
    let shape = model.shape
    let arena = Arena(byteCount: Arena.byteCount(shape.parameterCount, of: Float.self))
    let whole: Window<Float> = arena.take(shape.parameterCount)
    for tensor in shape.tensors {
      if let values = weights[tensor.name] { tensor.write(values, to: whole) }
    }
    // Each writes what it owns: the workers of a node share one copy.
    exchange.parameters[exchange.slice].copy(from: whole[exchange.slice])
    team.allGather(exchange) { _ in }
    if let mean = weights["batch_norm.running_mean"] { model.runningMean[0..<mean.count].copy(from: mean) }
    if let variance = weights["batch_norm.running_var"] {
      model.runningVariance[0..<variance.count].copy(from: variance)
    }
    model.parametersChanged()
  }

  /// One training step on a batch of the train split; returns its loss.
  func step(_ batch: Int, learningRate: Double, momentum: Double, weightDecay: Double) -> Double {
    if batch == 0 && rule == .reset { model.state.fill(0) }
    let loss = model.trainStep(x: train.x(batch), y: train.y(batch), gradients: exchange.gradients)
    team.reduceScatter(exchange)
    updates += 1
    if !exchange.slice.isEmpty {
      adam(
        AdamStep(step: updates, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay),
        roots: exchange.sliceRoots, rootStride: exchange.sliceRootStride, schedule: exchange.schedule,
        parameters: exchange.parameters[exchange.slice], first: firstMoments, second: secondMoments,
        gradient: blockGradient, stack: stack)
    }
    team.allGather(exchange) { _ in }
    model.parametersChanged()
    return loss
  }

  /// Mean loss and accuracy over the valid split, batch by batch.
  func validate() -> (loss: Double, accuracy: Double) {
    if rule == .reset { model.state.fill(0) }
    for batch in 0..<valid.count {
      model.validationStep(
        x: valid.x(batch), y: valid.y(batch), losses: validation.losses(of: batch),
        correct: validation.correct(of: batch))
    }
    return validation.means(rows: model.batchSize * model.bptt)
  }
}

// MARK: Leaving no trace

/// All of a worker's state that training changes.
struct TrainerSnapshot {
  fileprivate let parameters, first, second, state, runningMean, runningVariance: [Float]
  fileprivate let updates: Int
}

extension Trainer {
  /// A copy of the state; collective.
  func snapshot() -> TrainerSnapshot {
    TrainerSnapshot(
      parameters: exchange.parameters.array, first: firstMoments.array, second: secondMoments.array,
      state: model.state.array, runningMean: model.runningMean.array, runningVariance: model.runningVariance.array,
      updates: updates)
  }

  /// Puts the state back to the bit; collective.
  func restore(_ snapshot: TrainerSnapshot) {
    team.barrier()
    exchange.parameters[exchange.slice].copy(from: Array(snapshot.parameters[exchange.slice]))
    team.allGather(exchange) { _ in }
    firstMoments.copy(from: snapshot.first)
    secondMoments.copy(from: snapshot.second)
    model.state.copy(from: snapshot.state)
    model.runningMean.copy(from: snapshot.runningMean)
    model.runningVariance.copy(from: snapshot.runningVariance)
    updates = snapshot.updates
    model.parametersChanged()
  }
}

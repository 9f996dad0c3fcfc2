internal import Configuration
package import Data
internal import Jobs
internal import Kernels
internal import Memory
package import Models
internal import Optimization
package import Teams

/// One worker of a training run: its model, its share of the optimizer's state, and its batches. Every worker calls the same
/// methods in the same order, and gets the same numbers from them.
@safe
package final class Trainer {
  let team: any Team
  package let model: any Model
  let layout: ParameterLayout
  package let context: ModelContext
  /// Predictions of all workers in a batch.
  let predictions: Int
  let train: WorkerBatches
  package let valid: WorkerBatches
  private let rule: HiddenStateRule
  package let exchange: ParameterExchange
  let firstMoments: Window<Float>  // (slice)
  let secondMoments: Window<Float>  // (slice)
  let blockGradient: Window<Float>
  private let stack: Window<Float>
  private let validation: ValidationSums
  /// Questions between steps.
  let agreement: Agreement
  private let gradientNorm: GradientNorm
  /// Bounds the gradient's norm, where that is asked for.
  private let clipping: GradientClipping?
  /// The gradient's norm in the last step, before clipping, where it was taken.
  private(set) var norm: Double?
  /// The train batches of each step.
  let groups: BatchGroups
  /// Sums a step's batches, where it has more than one.
  private let accumulation: GradientAccumulation?
  /// That of a gradient whose sum is finished.
  private let finished = FoldSchedule(folds: [0])
  /// Updates done since the optimizer's state was zero.
  var updates = 0

  /// A trainer of a model with all parameters zero; collective.
  ///
  /// - train, valid: the batches of this worker's streams; clip: the largest norm of the gradient, nil for any.
  /// - accumulate: train batches whose mean gradient makes a step.
  init(
    _ description: ModelDescription, vocabulary: Int, bptt: Int, seed: UInt64, team: any Team, train: WorkerBatches,
    valid: WorkerBatches, rule: HiddenStateRule, clip: Double? = nil, accumulate: Int = 1
  ) {
    self.team = team
    self.train = train
    self.valid = valid
    self.rule = rule
    layout = description.layout(vocabulary: vocabulary)
    exchange = team.makeParameterExchange(count: layout.count, unit: ParameterLayout.unit)
    let context = ModelContext(
      description, layout, vocabulary: vocabulary, bptt: bptt, seed: seed, team: team, parameters: exchange.parameters)
    self.context = context
    model = description.kind.type.init(context)
    predictions = team.lanes.batchSize * description.kind.type.predictions(bptt: bptt)
    let slice = exchange.slice.count
    firstMoments = context.make(slice)
    secondMoments = context.make(slice)
    blockGradient = context.make(ParameterLayout.unit)
    stack = context.make(foldScratch * max(exchange.schedule.depth, 1))
    validation = ValidationSums(team: team, batches: valid.count)
    agreement = Agreement(team)
    let gradientNorm = GradientNorm(exchange, team: team, context: context)
    self.gradientNorm = gradientNorm
    clipping = clip.map { GradientClipping(gradientNorm, slice: slice, context: context, limit: $0) }
    groups = BatchGroups(batches: train.count, size: accumulate)
    // The sum of a shared tensor's two gradients needs a place, too.
    let sums = accumulate > 1 || !layout.sharedGradients.isEmpty
    accumulation = sums ? GradientAccumulation(count: slice, context: context) : nil
  }

  /// Sets every trained tensor, and the running statistics where `weights` has them. Collective; `weights` has the names and
  /// sizes of the model's tensors on every worker.
  func load(_ weights: [String: [Float]]) {
    let arena = Arena(byteCount: Arena.byteCount(layout.count, of: Float.self))
    let whole: Window<Float> = arena.take(layout.count)
    for tensor in layout.tensors {
      if let values = weights[tensor.name] { tensor.write(values, to: whole) }
    }
    // Each writes what it owns: the workers of a node share one copy.
    exchange.parameters[exchange.slice].copy(from: whole[exchange.slice])
    team.allGather(exchange) { _ in }
    for statistic in model.runningStatistics {
      if let values = weights[statistic.name] { statistic.values.copy(from: values) }
    }
    model.parametersChanged()
  }

  /// A training step of an epoch, counted from 0, on its batches; returns their mean loss. Whether gradient, updated parameters,
  /// hidden state and running statistics are finite is known to all workers in the next step (`StepFlags`).
  ///
  /// - takesNorm: whether to take the gradient's norm where no clipping does, which costs an exchange.
  package func step(
    _ step: Int, learningRate: Double, momentum: Double, weightDecay: Double, takesNorm: Bool = false
  ) -> Double {
    context.place.update = updates
    let loss = gradient(ofStep: step)
    context.spans?.mark(.update)
    updates += 1
    let settings = AdamStep(step: updates, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
    let isGood = update(settings, takesNorm: takesNorm)
    context.flags.gradientWasBad = !isGood || !hasFiniteState
    context.spans?.mark(.gather)
    team.allGather(exchange) { _ in }
    model.parametersChanged()
    context.spans?.mark(nil)
    return loss
  }

  /// Forward and backward over a step's batches; returns their mean loss, with a gradient that `foldGradient` reads. Collective.
  ///
  /// The parameters stay as they are meanwhile. Hidden state and running statistics move on with every batch, and BatchNorm takes
  /// each batch's own statistics, as in a loop of PyTorch's that calls `backward` N times before `optimizer.step`.
  func gradient(ofStep step: Int) -> Double {
    guard let accumulation else { return gradient(ofBatch: step) }
    let batches = groups[step]
    var sum = 0.0
    for batch in batches {
      context.place.batch = batch - batches.lowerBound
      sum += gradient(ofBatch: batch)
      context.spans?.mark(.update)
      accumulation.add(isFirst: batch == batches.lowerBound, blockGradient) { foldRoots($0) }
      // A model may write its gradient before its first exchange: all have read the one before by then.
      team.barrier()
    }
    accumulation.finish(batches: batches.count)
    return sum / Double(batches.count)
  }

  /// Forward and backward: returns the mean loss, with the slice's part of every root in `exchange`. Collective.
  private func gradient(ofBatch batch: Int) -> Double {
    if batch == 0 && rule != .carry { resetStates() }
    context.spans?.mark(.forward)
    let sum = model.trainStep(x: train.x(batch), y: train.y(batch), gradients: exchange.gradients)
    context.spans?.mark(.reduce)
    team.reduceScatter(exchange)
    if !layout.sharedGradients.isEmpty { finishSecondGradients() }
    return sum / Double(predictions)
  }

  /// Starts every stream from zero.
  package func resetStates() {
    for state in model.carriedStates { state.values.elements.fill(0) }
  }

  /// Finishes the canonical sums of shared tensors' second gradients, and hands them to all: whoever owns the parameter need not own
  /// its second gradient. Collective.
  private func finishSecondGradients() {
    let first = max(exchange.slice.lowerBound, layout.parameterCount)
    for place in stride(from: first, to: exchange.slice.upperBound, by: ParameterLayout.unit) {
      foldSlice(place - exchange.slice.lowerBound)
      exchange.parameters[place..<(place + ParameterLayout.unit)].copy(from: blockGradient)
    }
    team.allGather(exchange) { _ in }
  }

  /// A unit of the slice's gradient, good until the next is asked for.
  private func finishedUnit(_ start: Int) -> Window<Float> {
    foldGradient(start)
    return blockGradient
  }

  /// Brings a unit of the slice's gradient into `blockGradient`: that of the step's batches, unclipped.
  func foldGradient(_ start: Int) {
    guard let accumulation else { return foldRoots(start) }
    blockGradient.copy(from: accumulation.slice[start..<(start + ParameterLayout.unit)])
  }

  /// Finishes the gradient of a unit of the slice of the latest batch into `blockGradient`: the canonical sum, and of a shared tensor
  /// the sum of both of its gradients. What is no parameter counts as zero.
  private func foldRoots(_ start: Int) {
    let place = exchange.slice.lowerBound + start
    if place >= layout.parameterCount { return blockGradient.fill(0) }
    foldSlice(start)
    for (parameter, second) in layout.sharedGradients where parameter.contains(place) {
      let other = second.lowerBound + place - parameter.lowerBound
      accumulate(exchange.parameters[other..<(other + ParameterLayout.unit)], into: blockGradient)
    }
  }

  /// Finishes the canonical sum of a unit of the slice into `blockGradient`.
  private func foldSlice(_ start: Int) {
    let unit = ParameterLayout.unit
    let rows = (exchange.schedule.folds.count - 1) * exchange.sliceRootStride
    foldRows(
      exchange.sliceRoots[start..<(rows + start + unit)], stride: exchange.sliceRootStride, count: unit,
      schedule: exchange.schedule, into: blockGradient, rootStride: unit, scratch: stack)
  }

  /// Whether this worker's hidden states and running statistics are finite.
  var hasFiniteState: Bool {
    model.carriedStates.allSatisfy { isFinite($0.values.elements) }
      && model.runningStatistics.allSatisfy { isFinite($0.values) }
  }

  /// Updates the slice with the step's gradient; returns whether both are finite, for all that this worker has seen of them.
  private func update(_ step: AdamStep, takesNorm: Bool) -> Bool {
    if let clipping {
      let norm = clipping.clip { finishedUnit($0) }
      self.norm = norm
      return update(step, clipping.slice, stride: exchange.slice.count, finished) && norm.isFinite
    }
    norm = takesNorm ? gradientNorm.measure { finishedUnit($0) } : nil
    if let accumulation { return update(step, accumulation.slice, stride: exchange.slice.count, finished) }
    return update(step, exchange.sliceRoots, stride: exchange.sliceRootStride, exchange.schedule)
  }

  /// Updates the slice; returns whether it is finite then.
  private func update(_ step: AdamStep, _ roots: Window<Float>, stride: Int, _ schedule: FoldSchedule) -> Bool {
    // Second gradients of shared tensors, which lie behind all parameters, are none.
    let count = min(exchange.slice.upperBound, layout.parameterCount) - exchange.slice.lowerBound
    guard count > 0 else { return true }
    let own = exchange.slice.lowerBound..<(exchange.slice.lowerBound + count)
    return adam(
      step, roots: roots, rootStride: stride, schedule: schedule, parameters: exchange.parameters[own],
      first: firstMoments[0..<count], second: secondMoments[0..<count], gradient: blockGradient, stack: stack)
  }

  /// Mean loss and accuracy over the valid split, batch by batch.
  func validate() -> (loss: Double, accuracy: Double) {
    if rule == .reset { resetStates() }
    for batch in 0..<valid.count {
      model.validationStep(
        x: valid.x(batch), y: valid.y(batch), losses: validation.losses(of: batch),
        correct: validation.correct(of: batch))
    }
    return validation.means(rows: predictions)
  }
}

internal import Configuration
package import Data
internal import Files
internal import Jobs
internal import Kernels
internal import Memory
package import Models
package import Optimization
package import Teams

/// One worker of a training run: its model, its share of the optimizer's state, and its batches. Every worker calls the
/// same methods in the same order, and gets the same numbers from them.
@safe
package final class Trainer {
  let team: any Team
  package let model: any Model
  /// What the model carries and moves, as it says when it is made: asking again would allocate.
  let carriedStates: [CarriedState]
  private let runningStatistics: [(name: String, values: BufferView<Float>)]
  let layout: ParameterLayout
  package let context: ModelContext
  /// Predictions of all workers in a batch.
  let predictions: Int
  package let train: WorkerBatches
  package let valid: WorkerBatches
  let rule: HiddenStateRule
  package let exchange: ParameterExchange
  let optimizerKind: OptimizerKind
  /// Room for the carried states as a validation finds them; none where it begins from zero.
  let validationStart: [Panels]
  /// Whether `validationStart` holds them still: a validation has been, and no step since.
  var isValidated = false
  /// What the optimizer keeps of this worker's slice.
  package let slots: OptimizerSlots
  private let update: SliceUpdate
  let validation: ValidationSums
  private let metricTotals: MetricTotals
  /// Questions between steps.
  let agreement: Agreement
  /// The gradient's norm in the last step, before clipping, where it was taken.
  var norm: Double? { update.norm }
  /// The train batches of each step.
  let groups: BatchGroups
  /// Sums a step's batches, where it has more than one.
  private let accumulation: GradientAccumulation?
  /// Updates done since the optimizer's state was zero.
  var updates = 0
  /// How the groups of parameters are trained, from the next step on.
  var groupRates: GroupRates {
    didSet { if groupRates != oldValue { update.use(groupRates, context.description.groupedTensors(layout)) } }
  }

  /// A trainer of a model with all parameters zero; collective.
  ///
  /// - train, valid: the batches of this worker's streams; clip: the largest norm of the gradient, nil for any.
  /// - accumulate: train batches whose mean gradient makes a step.
  /// - optimizer: how the parameters are updated; metrics: of validations; storage: where memory comes from.
  init(
    _ description: ModelDescription, vocabulary: Int, bptt: Int, seed: UInt64, team: any Team, train: WorkerBatches,
    valid: WorkerBatches, rule: HiddenStateRule, clip: Double? = nil, accumulate: Int = 1,
    optimizer: OptimizerKind = .adam, metrics: [Metric] = [], storage: Storage = Storage()
  ) {
    self.team = team
    self.train = train
    self.valid = valid
    self.rule = rule
    layout = description.layout(vocabulary: vocabulary)
    exchange = team.makeParameterExchange(count: layout.count, unit: ParameterLayout.unit)
    let context = ModelContext(
      description, layout, vocabulary: vocabulary, bptt: bptt, seed: seed, team: team, parameters: exchange.parameters,
      storage: storage)
    self.context = context
    model = description.kind.type.init(context)
    carriedStates = model.carriedStates
    runningStatistics = model.runningStatistics
    validationStart =
      rule == .reset
      ? [] : carriedStates.map { context.makePanels(rows: $0.values.rows, columns: $0.values.columns) }
    predictions = team.lanes.batchSize * description.kind.type.predictions(bptt: bptt)
    let slice = exchange.slice.count
    optimizerKind = optimizer
    let slots = OptimizerSlots(optimizer.type.slots.map { _ in context.make(slice, for: .optimizer) })
    self.slots = slots
    validation = ValidationSums(team: team, batches: valid.count, context: context)
    metricTotals = MetricTotals(metrics, team: team, context: context)
    agreement = Agreement(team)
    groups = BatchGroups(batches: train.count, size: accumulate)
    let accumulation = accumulate > 1 ? GradientAccumulation(count: slice, context: context) : nil
    self.accumulation = accumulation
    groupRates = GroupRates(groups: description.parameterGroups)
    update = SliceUpdate(
      optimizer, slots: slots, layout, exchange, accumulation: accumulation, clip: clip, team: team, context: context)
  }

  /// Sets every trained tensor, and running statistics where there are values for them. Collective; every worker has
  /// the same.
  ///
  /// - fill: overwrites what it is given with the next elements of a tensor, in PyTorch's order; asked for tensor by
  ///   tensor in the layout's order, by the tensor's place in it.
  func load(runningStatistics: [String: [Float]] = [:], _ fill: (_ tensor: Int, _ elements: BufferView<Float>) -> Void)
  {
    let sections = state.sections.filter { if case .parameter = $0.content { true } else { false } }
    let buffers = PieceBuffers(sections)
    let own = ownState
    for (index, section) in sections.enumerated() {
      for piece in section.pieces {
        let (room, elements) = buffers.room(for: piece)
        fill(index, elements)
        take(piece, own, elements, room)
      }
    }
    withExtendedLifetime(buffers) {}
    team.allGather(exchange)
    for statistic in model.runningStatistics {
      if let values = runningStatistics[statistic.name] { statistic.values.copy(from: values) }
    }
    model.parametersChanged()
  }

  /// Sets every trained tensor, and the running statistics where `weights` has them, by name. Collective; every worker
  /// has the same.
  func load(_ weights: [String: [Float]]) {
    var latest = 0
    var done = 0
    load(runningStatistics: weights) { tensor, elements in
      if tensor != latest { (latest, done) = (tensor, 0) }
      guard let values = weights[layout.tensors[tensor].name] else { preconditionFailure("weights without a tensor") }
      elements.copy(from: values[done..<(done + elements.count)])
      done += elements.count
    }
  }

  /// A training step of an epoch, counted from 0, on its batches; returns their mean loss. Whether gradient, updated
  /// parameters, hidden state and running statistics are finite is known to all workers in the next step (`StepFlags`).
  ///
  /// - takesNorm: whether to take the gradient's norm where no clipping does, which costs an exchange.
  /// - phase, update: where in the run the step is; nil stands for the updates done.
  package func step(
    _ step: Int, learningRate: Double, momentum: Double, weightDecay: Double, takesNorm: Bool = false,
    phase: StepPlace.Phase = .fit, update number: Int? = nil
  ) -> Double {
    isValidated = false
    let loss = gradient(ofStep: step, at: StepPlace(update: number ?? updates, phase: phase))
    context.spans?.mark(.update)
    updates += 1
    let settings = OptimizerStep(
      step: updates, learningRate: learningRate, momentum: momentum, weightDecay: weightDecay)
    let isGood = update(settings, takesNorm: takesNorm)
    context.flags.gradientWasBad = !isGood || !hasFiniteState
    context.spans?.mark(.gather)
    team.allGather(exchange)
    model.parametersChanged()
    context.spans?.mark(nil)
    return loss
  }

  /// Forward and backward over a step's batches; returns their mean loss, with a gradient that `finishGradient` reads.
  /// Collective.
  ///
  /// The parameters stay as they are meanwhile. Carried states and running statistics move on with every batch, and
  /// BatchNorm takes each batch's own statistics, as in a loop of PyTorch's that calls `backward` N times before
  /// `optimizer.step`.
  func gradient(ofStep step: Int, at place: StepPlace) -> Double {
    context.place = place
    guard let accumulation else { return gradient(ofBatch: step) }
    let batches = groups[step]
    var sum = 0.0
    for batch in batches {
      context.place.batch = batch - batches.lowerBound
      sum += gradient(ofBatch: batch)
      context.spans?.mark(.update)
      accumulation.add(isFirst: batch == batches.lowerBound, unitGradient) { update.finishBatch($0) }
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
    update.exchangeSecondGradients()
    return sum / Double(predictions)
  }

  /// 256 elements: where `finishGradient` puts a unit of the gradient.
  var unitGradient: BufferView<Float> { update.unitGradient }

  /// Starts every stream from zero.
  package func resetStates() {
    for state in carriedStates { state.values.elements.fill(0) }
  }

  /// Brings the unit of the gradient that starts there in the slice into `unitGradient`: that of the step's batches,
  /// unclipped.
  func finishGradient(_ start: Int) { update.finish(start) }

  /// Whether this worker's hidden states and running statistics are finite.
  var hasFiniteState: Bool {
    carriedStates.allSatisfy { isFinite($0.values.elements) } && runningStatistics.allSatisfy { isFinite($0.values) }
  }

  /// Mean loss and accuracy over the valid split, batch by batch.
  package func validate() -> (loss: Double, accuracy: Double) {
    runValidation()
    return validation.means(rows: predictions)
  }

  /// Mean loss and accuracy over the predictions of the valid split that count (`ModelContext.countedPredictions`),
  /// `rows` of all workers.
  package func validate(counting rows: Int) -> (loss: Double, accuracy: Double) {
    runValidation()
    let (loss, correct) = validation.sums()
    return (loss / Double(rows), correct / Double(rows))
  }

  /// The names of the metrics that an epoch's record has beside the accuracy.
  package var metricNames: [String] { metricTotals.metrics.map(\.name) }

  /// The metrics of the latest validation, beside its accuracy. Collective.
  ///
  /// - rows: the predictions of all workers that counted; nil for all that there are.
  /// - Throws: `RunError`, on all workers alike, for a model that doesn't tell of its predictions.
  func metricFigures(validLoss: Double, counting rows: Int? = nil) throws(RunError) -> [MetricFigure] {
    try metricTotals.figures(
      validLoss: validLoss, predictions: rows ?? predictions * valid.count, context.description.kind)
  }

  private func runValidation() {
    metricTotals.start()
    if rule == .reset { resetStates() }
    for (copy, state) in zip(validationStart, carriedStates) { copy.elements.copy(from: state.values.elements) }
    isValidated = true
    let place = context.place
    defer { context.place = place }
    for batch in 0..<valid.count {
      context.place = StepPlace(update: updates, batch: batch, phase: .validation)
      model.validationStep(
        x: valid.x(batch), y: valid.y(batch), losses: validation.losses(of: batch),
        correct: validation.correct(of: batch))
    }
  }
}

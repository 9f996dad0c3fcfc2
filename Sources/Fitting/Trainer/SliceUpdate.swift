internal import Kernels
internal import Memory
internal import Models
internal import Optimization
internal import Teams

/// One worker's way from the gradient's subtree roots, as the reduce-scatter leaves them, to its updated slice: the end
/// of the canonical sum, second gradients, accumulation, clipping, norms, and the optimizer.
@safe
final class SliceUpdate {
  private let team: any Team
  private let optimizer: any Optimizer
  private let slots: OptimizerSlots
  private let layout: ParameterLayout
  private let exchange: ParameterExchange
  /// The slice's part of the parameters, from the slice's start.
  private let units: Range<Int>
  /// Units of it with a second gradient, which are updated one by one.
  private let sharedUnits: [Bool]
  private let accumulation: GradientAccumulation?
  private let clipping: GradientClipping?
  private let gradientNorm: GradientNorm
  /// Of the gradient and of the parameters, where the optimizer wants them.
  private let tensorNorms: (gradients: TensorNorms, parameters: TensorNorms, ranges: [Range<Int>])?
  /// (256)
  let unitGradient: BufferView<Float>
  private let stack: BufferView<Float>
  /// That of a gradient whose sum is finished.
  private let finished = ReductionSchedule(additions: [0])
  /// The gradient's norm in the last step, before clipping, where it was taken.
  private(set) var norm: Double?
  /// How the groups of parameters are updated; nil where all are by the schedule's rate.
  private var grouped: GroupedUpdate?

  /// Collective.
  init(
    _ optimizer: OptimizerKind, slots: OptimizerSlots, _ layout: ParameterLayout, _ exchange: ParameterExchange,
    accumulation: GradientAccumulation?, clip: Double?, team: any Team, context: ModelContext
  ) {
    self.team = team
    self.optimizer = optimizer.type.init()
    self.slots = slots
    self.layout = layout
    self.exchange = exchange
    self.accumulation = accumulation
    let slice = exchange.slice
    let own = slice.clamped(to: 0..<layout.parameterCount)
    units = 0..<own.count
    let shared = layout.sharedGradients
    sharedUnits = stride(from: own.lowerBound, to: own.upperBound, by: ParameterLayout.unit).map { start in
      shared.contains { $0.parameter.contains(start) }
    }
    unitGradient = context.make(ParameterLayout.unit)
    stack = context.make(reductionScratch * max(exchange.schedule.depth, 1))
    let gradientNorm = GradientNorm(exchange, count: layout.parameterCount, team: team, context: context)
    self.gradientNorm = gradientNorm
    clipping = clip.map { GradientClipping(gradientNorm, slice: slice.count, context: context, limit: $0) }
    if optimizer.type.usesTensorNorms {
      let ranges = layout.tensors.map(\.stored)
      tensorNorms = (
        TensorNorms(ranges, of: exchange, team: team, context: context),
        TensorNorms(ranges, of: exchange, team: team, context: context), ranges
      )
    } else {
      tensorNorms = nil
    }
  }

  /// Has groups of parameters be frozen, or have learning rates of their own, from the next step on.
  ///
  /// - tensors: what each takes of the arena, and its group.
  func use(_ rates: GroupRates, _ tensors: [(stored: Range<Int>, group: Int)]) {
    grouped =
      rates.isUniform
      ? nil
      : GroupedUpdate(
        UpdateSegment.segments(
          of: units.shifted(by: exchange.slice.lowerBound), unit: ParameterLayout.unit, tensors, rates),
        slots: slots.views.count)
  }

  // MARK: The finished gradient

  /// Where tensors have a second gradient: finishes this worker's part of these and takes the others' parts.
  /// Collective; to be called after each reduce-scatter.
  func exchangeSecondGradients() {
    guard !layout.sharedGradients.isEmpty else { return }
    let own = exchange.slice.clamped(to: layout.parameterCount..<layout.count)
    for start in stride(from: own.lowerBound, to: own.upperBound, by: ParameterLayout.unit) {
      reduceTree(start - exchange.slice.lowerBound)
      exchange.parameters[start..<(start + ParameterLayout.unit)].copy(from: unitGradient)
    }
    team.allGather(exchange)
  }

  /// Brings the unit that starts there in the slice into `unitGradient`: that of the step's batches, unclipped.
  func finish(_ start: Int) {
    guard let accumulation else { return finishBatch(start) }
    unitGradient.copy(from: accumulation.slice[start..<(start + ParameterLayout.unit)])
  }

  /// Brings a unit of the latest batch's gradient into `unitGradient`: the canonical sum, and the second gradient where
  /// there is one.
  func finishBatch(_ start: Int) {
    reduceTree(start)
    guard !layout.sharedGradients.isEmpty else { return }
    let place = start + exchange.slice.lowerBound
    for (parameter, second) in layout.sharedGradients where parameter.contains(place) {
      let other = second.lowerBound + place - parameter.lowerBound
      accumulate(exchange.parameters[other..<(other + ParameterLayout.unit)], into: unitGradient)
    }
  }

  private func reduceTree(_ start: Int) {
    let unit = ParameterLayout.unit
    let rows = (exchange.schedule.additions.count - 1) * exchange.sliceRootStride
    reduceRows(
      exchange.sliceRoots[start..<(rows + start + unit)], stride: exchange.sliceRootStride, count: unit,
      schedule: exchange.schedule, into: unitGradient, rootStride: unit, scratch: stack)
  }

  /// That of frozen parameters is zero.
  private func finishedUnit(_ start: Int) -> BufferView<Float> {
    finish(start)
    grouped?.clearFrozen(unitGradient, at: start + exchange.slice.lowerBound)
    return unitGradient
  }

  // MARK: The update

  /// Updates the slice with the step's gradient; returns whether both are finite, for all that this worker has seen of
  /// them. Collective where the gradient's norm or those of tensors are taken.
  ///
  /// - takesNorm: whether to take the gradient's norm where no clipping does.
  func callAsFunction(_ step: OptimizerStep, takesNorm: Bool) -> Bool {
    var isFinite = true
    if let clipping {
      let norm = clipping.clip { finishedUnit($0) }
      self.norm = norm
      isFinite = norm.isFinite
    } else {
      norm = takesNorm ? gradientNorm.measure { finishedUnit($0) } : nil
    }
    let norms = measure { start in
      clipping.map { $0.slice[start..<(start + ParameterLayout.unit)] } ?? finishedUnit(start)
    }
    guard let grouped else { return update(units, step, norms) && isFinite }
    for segment in grouped.segments {
      let range = segment.range.shifted(by: -exchange.slice.lowerBound)
      if segment.parts.count > 1 {
        let views = [exchange.parameters[segment.range]] + slots.views.map { $0[range] }
        let wasFinite = grouped.update(segment, views) { update(range, step.scaled(by: $0), norms) }
        isFinite = isFinite && wasFinite
      } else if let factor = segment.parts[0].factor {
        let wasFinite = update(range, step.scaled(by: factor), norms)
        isFinite = isFinite && wasFinite
      }
    }
    return isFinite
  }

  /// Updates a range of the slice from wherever its gradient is; returns whether it was finite.
  private func update(_ range: Range<Int>, _ step: OptimizerStep, _ norms: UpdateNorms?) -> Bool {
    if let slice = clipping?.slice ?? accumulation?.slice {
      return update(range, step, slice, stride: slice.count, finished, norms)
    }
    if layout.sharedGradients.isEmpty {
      return update(range, step, exchange.sliceRoots, stride: exchange.sliceRootStride, exchange.schedule, norms)
    }
    var isFinite = true
    for start in stride(from: range.lowerBound, to: range.upperBound, by: ParameterLayout.unit) {
      let unit = start..<(start + ParameterLayout.unit)
      let wasFinite: Bool
      if sharedUnits[start / ParameterLayout.unit] {
        finishBatch(start)
        wasFinite = run(unit, step, unitGradient, stride: ParameterLayout.unit, finished, norms)
      } else {
        wasFinite = update(
          unit, step, exchange.sliceRoots, stride: exchange.sliceRootStride, exchange.schedule, norms)
      }
      isFinite = isFinite && wasFinite
    }
    return isFinite
  }

  /// The norms of the tensors, where the optimizer wants them. Collective then.
  private func measure(_ gradient: (Int) -> BufferView<Float>) -> UpdateNorms? {
    guard let tensorNorms else { return nil }
    tensorNorms.gradients.measure(gradient)
    let first = exchange.slice.lowerBound
    tensorNorms.parameters.measure { start in
      exchange.parameters[(first + start)..<(first + start + ParameterLayout.unit)]
    }
    return UpdateNorms(
      tensors: tensorNorms.ranges, gradients: tensorNorms.gradients.norms, parameters: tensorNorms.parameters.norms)
  }

  /// Updates a range of the slice from the gradient that all of the slice has in `roots`; returns whether it was
  /// finite.
  private func update(
    _ range: Range<Int>, _ step: OptimizerStep, _ roots: BufferView<Float>, stride: Int, _ schedule: ReductionSchedule,
    _ norms: UpdateNorms?
  ) -> Bool {
    guard !range.isEmpty else { return true }
    let rows = (schedule.additions.count - 1) * stride
    return run(range, step, roots[range.lowerBound..<(rows + range.upperBound)], stride: stride, schedule, norms)
  }

  private func run(
    _ range: Range<Int>, _ step: OptimizerStep, _ roots: BufferView<Float>, stride: Int, _ schedule: ReductionSchedule,
    _ norms: UpdateNorms?
  ) -> Bool {
    let place = range.shifted(by: exchange.slice.lowerBound)
    return optimizer.update(
      ParameterRun(
        roots: roots, rootStride: stride, schedule: schedule, parameters: exchange.parameters[place], slots: slots,
        start: range.lowerBound, arenaStart: place.lowerBound, norms: norms, gradient: unitGradient, stack: stack),
      step)
  }
}

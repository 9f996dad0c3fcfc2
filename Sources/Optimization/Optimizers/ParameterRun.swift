package import Kernels
public import Memory
internal import Models

/// 256 parameters with what their update needs. Views are good for the one call that gets them.
public struct ParameterUnit {
  /// (256): to be updated.
  public let parameters: BufferView<Float>
  /// (256): the finished gradient.
  public let gradient: BufferView<Float>
  /// The norms of the unit's tensors, where the optimizer wants them.
  public let norms: UnitNorms?
  let slots: OptimizerSlots
  /// Where the unit starts in the slice.
  let start: Int

  /// (256): a slot's part, to be updated.
  public func slot(_ index: Int) -> BufferView<Float> {
    slots.views[index][start..<(start + gradient.count)]
  }
}

/// The norms of the tensors that a unit belongs to: one for a matrix, several for vectors.
public struct UnitNorms {
  let norms: UpdateNorms
  /// Where the unit starts in the arena.
  let start: Int

  /// Calls `body` for each tensor with its elements in the unit and the norms of its gradient and of its parameters,
  /// over all workers.
  public func forEachTensor(_ body: (_ elements: Range<Int>, _ gradient: Double, _ parameters: Double) -> Void) {
    let unit = start..<(start + ParameterLayout.unit)
    for (index, range) in norms.tensors.enumerated() where range.overlaps(unit) {
      let part = range.clamped(to: unit)
      body(
        (part.lowerBound - start)..<(part.upperBound - start), norms.gradients[index], norms.parameters[index])
    }
  }
}

/// A step's norms of each tensor's gradient and parameters.
package struct UpdateNorms {
  let tensors: [Range<Int>]
  let gradients: BufferView<Double>
  let parameters: BufferView<Double>

  /// - tensors: what each takes of the arena; gradients, parameters: (tensors), the norms.
  package init(tensors: [Range<Int>], gradients: BufferView<Double>, parameters: BufferView<Double>) {
    self.tensors = tensors
    self.gradients = gradients
    self.parameters = parameters
  }
}

/// Neighbouring units of a worker's slice whose gradient still lies there in subtree roots.
public struct ParameterRun {
  /// Root i's part of the run starts at i·rootStride.
  let roots: BufferView<Float>
  let rootStride: Int
  let schedule: ReductionSchedule
  let parameters: BufferView<Float>
  let slots: OptimizerSlots
  /// Where the run starts in the slice, and in the arena.
  let start, arenaStart: Int
  let norms: UpdateNorms?
  /// (256)
  let gradient: BufferView<Float>
  let stack: BufferView<Float>

  /// - roots, rootStride, schedule: the gradient of the run, and how it is added up; parameters: those of the run.
  /// - start: where the run starts in the slice; arenaStart: and in the arena.
  /// - gradient: 256 elements of scratch; stack: `reductionScratch` for each entry of the schedule's depth.
  package init(
    roots: BufferView<Float>, rootStride: Int, schedule: ReductionSchedule, parameters: BufferView<Float>,
    slots: OptimizerSlots,
    start: Int, arenaStart: Int, norms: UpdateNorms?, gradient: BufferView<Float>, stack: BufferView<Float>
  ) {
    precondition(parameters.count % ParameterLayout.unit == 0, "runs are whole units")
    self.roots = roots
    self.rootStride = rootStride
    self.schedule = schedule
    self.parameters = parameters
    self.slots = slots
    self.start = start
    self.arenaStart = arenaStart
    self.norms = norms
    self.gradient = gradient
    self.stack = stack
  }

  /// Number of units.
  public var units: Int { parameters.count / ParameterLayout.unit }

  /// A slot's part of the run.
  func slot(_ index: Int) -> BufferView<Float> { slots.views[index][start..<(start + parameters.count)] }

  /// Finishes the canonical sum of a unit's gradient; good until the next is asked for.
  func finish(_ index: Int) -> ParameterUnit {
    let unit = ParameterLayout.unit
    let place = index * unit
    var finished = roots[place..<(place + unit)]
    if schedule.additions.count > 1 {
      let rows = (schedule.additions.count - 1) * rootStride
      reduceRows(
        roots[place..<(rows + place + unit)], stride: rootStride, count: unit, schedule: schedule, into: gradient,
        rootStride: unit, scratch: stack)
      finished = gradient
    }
    return ParameterUnit(
      parameters: parameters[place..<(place + unit)], gradient: finished,
      norms: norms.map { UnitNorms(norms: $0, start: arenaStart + place) }, slots: slots, start: start + place)
  }
}

internal import Kernels
package import Memory

/// How a worker updates its slice of the parameters from the step's gradient.
///
/// An optimizer is one file that conforms to this and one line in `OptimizerKind`; checkpoints, digests and the trainer
/// need no more. It keeps a few floats for each parameter, its slots. Each element's update may look at that element,
/// at the step's settings, and where asked for at its tensor's norms, so it has the same bits whatever the slices.
public protocol Optimizer: SendableMetatype {
  /// The slots' names, in the order of digests; in files the slot of a tensor is called `slot.tensor`.
  static var slots: [String] { get }

  /// Whether `ParameterUnit.norms` are wanted, which costs an exchange and a second look at the gradient.
  static var usesTensorNorms: Bool { get }

  /// An optimizer whose slots are zero.
  init()

  /// Updates parameters and slots of a unit from its finished gradient.
  func update(_ unit: ParameterUnit, _ step: OptimizerStep)

  /// Updates a run of units whose gradient isn't finished; returns whether every element of it was finite.
  ///
  /// There is no need to write this: without it each unit is finished and handed to `update(_:_:)`.
  func update(_ run: ParameterRun, _ step: OptimizerStep) -> Bool
}

extension Optimizer {
  /// No norms.
  public static var usesTensorNorms: Bool { false }

  /// Finishes and updates unit by unit.
  public func update(_ run: ParameterRun, _ step: OptimizerStep) -> Bool {
    var isFinite = true
    for unit in 0..<run.units {
      let part = run.finish(unit)
      // A sum of squares in Double is finite unless an element isn't.
      if !squaredNorm(part.gradient).isFinite { isFinite = false }
      update(part, step)
    }
    return isFinite
  }
}

/// A step's settings.
public struct OptimizerStep: Sendable {
  /// The update, counted from 1.
  public let step: Int
  /// From the schedule.
  public let learningRate, momentum: Double
  /// Decoupled weight decay: p ← p·(1 − weightDecay·learningRate) before the update.
  public let weightDecay: Double

  /// Takes the settings.
  public init(step: Int, learningRate: Double, momentum: Double, weightDecay: Double) {
    self.step = step
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }
}

/// The optimizer's numbers for a worker's slice: one view (slice) for each slot.
public struct OptimizerSlots: Sendable {
  package let views: [BufferView<Float>]

  package init(_ views: [BufferView<Float>]) { self.views = views }
}

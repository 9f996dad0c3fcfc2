public import Files

/// What is called while a fit runs, and may decide about it: as fastai's `Callback`, with few hooks.
///
/// Hooks are called on the job's first worker only, on the thread that has called the fit; what they decide holds on
/// every worker from the next step on, so that a fit is the same on any number of them. All processes make the same
/// callbacks, in the same order. A callback that throws ends the fit on all workers.
///
///     final class Halve: FitCallback {
///       func afterEpoch(_ record: EpochRecord, _ fit: inout FitControl) {
///         if record.epoch == 5 { fit.rateFactor *= 0.5 }
///       }
///     }
public protocol FitCallback: AnyObject {
  /// What checkpoints keep its state by; by default the type's name. No two callbacks of a fit have the same.
  var name: String { get }

  /// What it needs to go on as if nothing had happened, when the fit goes on from a checkpoint: read where one is
  /// taken, set before every fit, to null where it starts anew. By default it is always null.
  var state: JSONValue { get set }

  /// Whether it has the hooks of batches: by default it has. A fit whose callbacks have none is spared two exchanges a
  /// step.
  var hasBatchHooks: Bool { get }

  /// Before an epoch's first step.
  func beforeEpoch(_ fit: inout FitControl) throws

  /// After an epoch's validation.
  func afterEpoch(_ record: EpochRecord, _ fit: inout FitControl) throws

  /// Before each step.
  func beforeBatch(_ fit: inout FitControl) throws

  /// After each step, once it is committed; of one that was left out as not finite, too.
  func afterBatch(_ record: StepRecord, _ fit: inout FitControl) throws
}

extension FitCallback {
  /// The type's name.
  public var name: String { "\(type(of: self))" }

  /// Nothing is kept.
  public var state: JSONValue {
    get { .null }
    // Nothing to take up.
    set { _ = newValue }
  }

  /// It has.
  public var hasBatchHooks: Bool { true }

  /// Does nothing.
  public func beforeEpoch(_ fit: inout FitControl) throws {}

  /// Does nothing.
  public func afterEpoch(_ record: EpochRecord, _ fit: inout FitControl) throws {}

  /// Does nothing.
  public func beforeBatch(_ fit: inout FitControl) throws {}

  /// Does nothing.
  public func afterBatch(_ record: StepRecord, _ fit: inout FitControl) throws {}
}

/// Where a fit stands, and what a callback may decide about it.
public struct FitControl: Sendable {
  /// Steps that are committed.
  public let step: Int
  /// The epoch under way, or the one that has just ended, from 1 on.
  public let epoch: Int
  /// Epochs of the fit, and steps of each.
  public let epochs, stepsPerEpoch: Int
  /// The monitored figure of the best validation so far; nil before the first.
  public let best: Double?
  /// Epochs since that one: 0 right after it.
  public let epochsSinceBest: Int
  /// What all rates of the schedule are multiplied by, from the next step on; finite, and not below 0.
  public var rateFactor: Double
  /// Why the fit is to end; nil where it goes on.
  public private(set) var endReason: String?

  init(
    step: Int, epoch: Int, epochs: Int, stepsPerEpoch: Int, best: Double?, epochsSinceBest: Int, rateFactor: Double
  ) {
    (self.step, self.epoch, self.epochs, self.stepsPerEpoch) = (step, epoch, epochs, stepsPerEpoch)
    (self.best, self.epochsSinceBest, self.rateFactor) = (best, epochsSinceBest, rateFactor)
  }

  /// Ends the fit: before the next step, and in an epoch's last one after its validation. The first reason counts.
  public mutating func end(_ reason: String) { endReason = endReason ?? reason }
}

/// Where in a run a step is. What is random in a step is a function of it and of the seed.
public struct StepPlace: Sendable, Equatable {
  /// What the step belongs to.
  public enum Phase: Sendable { case fit, finder, validation }

  /// Updates before this one in the run, or in the LR finder.
  public var update: Int
  /// The batch's number in the step, from 0 on, where a step has several.
  public var batch: Int
  /// What the step belongs to.
  public var phase: Phase

  /// A batch of a step.
  public init(update: Int = 0, batch: Int = 0, phase: Phase = .fit) {
    self.update = update
    self.batch = batch
    self.phase = phase
  }
}

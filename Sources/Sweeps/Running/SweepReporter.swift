public import Files

/// What a sweep tells while it goes on, on process 0.
public struct SweepReporter {
  /// Before the work: whose it is, and how many runs are done already.
  public var begun: (_ claim: SweepClaim, _ done: Int) -> Void = { _, _ in }
  /// Of each run that is done: which, what it has come to, and how many are done by then.
  public var done: (_ run: SweepRun, _ outcome: RunOutcome, _ count: Int) -> Void = { _, _, _ in }
  /// Of what would make it faster.
  public var hint: (RunError) -> Void = { _ in }
  /// Of an error that ends nothing.
  public var note: (RunError) -> Void = { _ in }

  /// One that tells nothing.
  public init() {}
}

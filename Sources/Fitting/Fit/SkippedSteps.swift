/// Steps left out as not finite, and how many of them a fit bears: ten in a row, and a tenth of an epoch's steps, at
/// least one, in each epoch. A fit that goes on from a checkpoint counts from there.
struct SkippedSteps {
  /// The most in a row.
  static let mostInARow = 10
  private var inARow = 0
  private var inEpoch = 0

  /// A step was left out.
  mutating func skipStep() {
    inARow += 1
    inEpoch += 1
  }

  /// A step was committed.
  mutating func commit() { inARow = 0 }

  /// An epoch begins.
  mutating func startEpoch() { inEpoch = 0 }

  /// What is too many, in words; nil within the bounds.
  func excess(stepsPerEpoch: Int) -> String? {
    if inARow > Self.mostInARow { return "\(inARow) in a row, of at most \(Self.mostInARow)" }
    let most = max(1, stepsPerEpoch / 10)
    return inEpoch > most ? "\(inEpoch) in an epoch of \(stepsPerEpoch), of at most \(most)" : nil
  }
}

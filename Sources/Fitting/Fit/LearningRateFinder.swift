internal import Data
internal import Models
private import Kernels
internal import Optimization

/// The curve that an LR finder's run leaves, and what it suggests.
public struct LearningRateCurve: Sendable, Equatable {
  /// The learning rate of each step.
  public package(set) var learningRates: [Double] = []
  /// The loss of each step.
  public package(set) var losses: [Double] = []
  /// The smoothed loss of each step.
  public package(set) var smoothedLosses: [Double] = []

  /// Steps that the finder was to take; of these the curve has those until the loss blew up.
  package var iterations = LearningRateFinder().iterations
  /// Points that a suggestion takes.
  private static let leastPoints = 3

  /// A curve without steps.
  package init() {}

  /// A learning rate worth taking, and how it was found.
  public struct Suggestion: Sendable, Equatable {
    /// `valley`, `steepest` or `minimum/10`.
    public let name: String
    /// The learning rate.
    public let learningRate: Double
    /// Its place in the curve.
    public let index: Int
  }

  /// The finite part of the curve without its first tenth and its blown-up end, as fastai plots it.
  package var plotted: Range<Int> {
    let finite = smoothedLosses.firstIndex { !$0.isFinite } ?? smoothedLosses.count
    let end = max(finite - 5, 0)
    return min(iterations / 10, end)..<end
  }

  /// Why the curve supports no suggestion; nil where it does.
  public var lackOfSuggestions: String? {
    guard plotted.count < Self.leastPoints else { return nil }
    return "\(plotted.count) of \(losses.count) points are left without the first tenth and the last five, and "
      + "\(Self.leastPoints) are needed"
  }

  /// The suggestions that the curve supports, the one that `--lr auto` takes first; none from a curve that is too
  /// short.
  public var suggestions: [Suggestion] {
    let range = plotted
    guard range.count >= Self.leastPoints else { return [] }
    func suggestion(_ name: String, _ index: Int, divisor: Double = 1) -> Suggestion {
      Suggestion(name: name, learningRate: learningRates[index] / divisor, index: index)
    }
    let inner = (range.lowerBound + 1)..<(range.upperBound - 1)
    let steepest = inner.min { slope($0) < slope($1) } ?? inner.lowerBound
    let lowest = range.min { smoothedLosses[$0] < smoothedLosses[$1] } ?? range.lowerBound
    return [
      suggestion("valley", valley(range)), suggestion("steepest", steepest),
      suggestion("minimum/10", lowest, divisor: 10),
    ]
  }

  /// numpy's gradient: half the difference of the neighbours.
  private func slope(_ index: Int) -> Double { (smoothedLosses[index + 1] - smoothedLosses[index - 1]) / 2 }

  /// fastai 2's valley: of the longest decreasing subsequence, not necessarily of neighbours, the point half way
  /// through its middle third, counted back from its end e by its length L: e − L + ⌊L/3⌋ + ⌊L/6⌋. Of several
  /// subsequences of that length it is the one that ends first. O(n log n).
  private func valley(_ range: Range<Int>) -> Int {
    // The last value of the subsequence of each length, the highest that there is: they fall with the length.
    var ends: [Double] = []
    var end = range.lowerBound
    for index in range {
      let loss = smoothedLosses[index]
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if ends[middle] > loss { low = middle + 1 } else { high = middle }
      }
      if low == ends.count {
        ends.append(loss)
        end = index
      } else {
        ends[low] = loss
      }
    }
    return max(end - ends.count + ends.count / 3 + ends.count / 6, range.lowerBound)
  }
}

/// The LR finder's settings.
public struct LearningRateFinder: Sendable, Equatable {
  /// The first learning rate.
  public var start = 1e-7
  /// The last learning rate.
  public var end = 10.0
  /// Steps from first to last.
  public var iterations = 100
  /// Decoupled weight decay.
  public var weightDecay = 0.01

  /// fastai's settings: 1e-7 to 10 in 100 steps.
  public init() {}
}

extension Trainer {
  /// Trains with exponentially rising learning rates until the smoothed loss exceeds four times its best or isn't
  /// finite, and puts everything back to the bit. Collective.
  func findLearningRate(_ finder: LearningRateFinder) -> LearningRateCurve {
    let before = StateSnapshot(self)
    let wasValidated = isValidated
    var curve = LearningRateCurve()
    curve.iterations = finder.iterations
    var smoothed = SmoothedLoss()
    var best = Double.infinity
    for step in 0..<finder.iterations {
      let rate = finder.learningRate(at: step)
      let loss = self.step(
        step % groups.steps, learningRate: rate, momentum: 0.9, weightDecay: finder.weightDecay, phase: .finder,
        update: step)
      let mean = smoothed.add(loss)
      curve.learningRates.append(rate)
      curve.losses.append(loss)
      curve.smoothedLosses.append(mean)
      best = min(best, mean)
      if !(mean <= 4 * best) { break }
    }
    before.restore(self)
    isValidated = wasValidated
    return curve
  }
}

extension LearningRateFinder {
  /// start·(end/start)^(step/iterations).
  func learningRate(at step: Int) -> Double {
    start * exponential(logarithm(end / start) * Double(step) / Double(iterations))
  }
}

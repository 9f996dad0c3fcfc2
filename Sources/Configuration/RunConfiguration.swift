public import Models
public import Optimization

/// What a run computes from: every option as resolved. None of it depends on the number of workers.
public struct RunConfiguration: Sendable {
  /// What the model is.
  public var model = ModelDescription.model3
  /// Streams over all workers.
  public var batchSize = 64
  /// Batches whose mean gradient makes a step.
  public var accumulate = 1
  /// Tokens that a stream advances in a step.
  public var bptt = 3
  /// Lanes; nil stands for min(16, batch size).
  public var lanes: Int?
  /// Whether the hidden state is carried over epochs and validations.
  public var hiddenState = HiddenStateRule.carry
  /// How parameters are updated.
  public var optimizer = OptimizerKind.adam
  /// Seed of the initial weights.
  public var seed: UInt64 = 42
  /// A safetensors file of initial weights.
  public var initialWeights: String?
  /// Whether these may be of another vocabulary: what both have is taken over, other tokens begin at the mean.
  public var takesNewVocabulary = false
  /// Text files; nil stands for the human numbers.
  public var trainFile, validFile: String?
  /// A directory of token files instead of texts.
  public var dataDirectory: String?
  /// Random tokens below this number instead of a text; for benchmarks.
  public var randomVocabulary: Int?

  /// Epochs of the fit.
  public var epochs = 10
  /// How rate and momentum go with the steps.
  public var schedule = ScheduleKind.oneCycle
  /// Maximum of the schedule; nil takes the LR finder's suggestion.
  public var learningRate: Double? = 1e-3
  /// Where the first group of parameters has a lower maximum, from which those of the others rise geometrically:
  /// fastai's slice. Nil for one maximum for all.
  public var lowestLearningRate: Double?
  /// The groups of parameters before this one are frozen: each recurrent layer of a stack is a group, and embedding,
  /// norm and output layer are the last. Below 0 it counts from the end. Nil for none.
  public var freezeTo: Int?
  /// Share of the steps in which the learning rate rises; of flat-then-cosine, in which it stays.
  public var pctStart = 0.3
  /// The first learning rate of those that rise is the maximum divided by this.
  public var divFactor = 25.0
  /// Momentum at the ends and at the peak of the 1cycle; the others have the first in all steps.
  public var momenta = (ends: 0.95, peak: 0.85)
  /// Decoupled weight decay.
  public var weightDecay = 0.01
  /// The largest norm of the gradient, to which it is scaled down; nil for any.
  public var clip: Double?
  /// Whether the LR finder runs before the fit.
  public var findsLearningRate = true
  /// Steps after which the fit stops early.
  public var stepLimit: Int?

  /// What is recorded of each validation beside the loss; the accuracy always is.
  public var metrics = [MetricName.accuracy]
  /// The figure of a validation that the best one is judged by.
  public var monitor = MonitoredFigure.validLoss
  /// A validation is better than the best so far by more than this.
  public var minDelta = 0.0
  /// Epochs without a better validation after which the fit ends; nil for any number.
  public var patience: Int?
  /// Epochs without a better validation after which the rate is lowered; nil for never.
  public var plateauPatience: Int?
  /// What the rate is multiplied by then.
  public var plateauFactor = 0.1

  /// The streams of each worker that the batch size was made from, where it was: a fact about the start, from which
  /// nothing is computed.
  public var batchSizePerWorker: Int?

  /// Size of the hidden state.
  public var hidden: Int {
    get { model.hidden }
    set { model.hidden = newValue }
  }

  /// The first group's maximum as a share of the last one's; nil where all have the same.
  package var lowestRateShare: Double? {
    guard let lowestLearningRate, let learningRate else { return nil }
    return lowestLearningRate / learningRate
  }

  /// The default job: Model3 on human numbers.
  public init() {}

  /// The lanes as resolved.
  public var laneCount: Int { lanes ?? min(16, batchSize) }
  /// Streams that a step's gradient is the mean of, where the epoch has enough batches left.
  public var effectiveBatchSize: Int { batchSize * accumulate }
}

import Training

/// Where the maximum of the 1cycle comes from.
enum LearningRateChoice: Equatable, Sendable {
  /// This learning rate.
  case fixed(Double)
  /// The LR finder's suggestion.
  case automatic
}

/// Where a run's files go.
enum OutputChoice: Equatable, Sendable {
  /// `runs/<UTC time>-<model>`.
  case automatic
  /// Nowhere.
  case none
  /// The directory of this path.
  case directory(String)
  /// The same, of a run that begins there once more.
  case begun(String)
}

/// What train, lr-find and bench have in common: model, data and how they are spread.
struct SharedOptions: Equatable, Sendable {
  var model: ModelKind
  /// Width of the hidden state.
  var hidden: Int
  /// Streams over all workers.
  var batchSize: Int
  /// Tokens a stream advances in a step.
  var bptt: Int
  /// Groups of streams; 1…`batchSize`.
  var lanes: Int
  /// Workers of each process; nil for `defaultThreads`.
  var threads: Int?
  /// Ranks of each pretended node; nil for the nodes that there are.
  var ranksPerNode: Int?
  var hiddenState: HiddenStateRule
  var seed: UInt64
  /// Path of the initial weights; nil draws them from `seed`.
  var initialWeights: String?
  /// Path of the text to train on; nil for the human numbers.
  var trainText: String?
  /// Path of the text to validate on; nil for the human numbers.
  var validText: String?
  /// Directory of token files; nil for texts.
  var data: String?
  var logLevel = LogLevel.warning
}

/// The options of `dist-train train`.
struct TrainOptions: Equatable, Sendable {
  var shared: SharedOptions
  var epochs: Int
  var learningRate: LearningRateChoice
  /// Share of the steps in which the learning rate rises, 0…1.
  var pctStart: Double
  /// The maximum learning rate over the first one.
  var divFactor: Double
  /// Momentum at both ends of the cycle and in its middle.
  var momenta: MomentumRange
  var weightDecay: Double
  /// Whether the LR finder runs first.
  var findsLearningRate: Bool
  /// Steps after which the run stops; nil runs all epochs.
  var steps: Int?
  /// The largest norm of the gradient; nil for any.
  var clip: Double?
  var nonFinite: NonFiniteRule
  var largeBatch: LargeBatchOptions
  var durability: DurabilityOptions
  var output: OutputChoice
  /// File for a Chrome trace of a few steps.
  var trace: String?
  /// Whether only errors and the digest are printed.
  var isQuiet: Bool
  /// Whether a terminal gets plots.
  var showsPlots: Bool
}

/// How a run is kept, stopped and taken up again.
struct DurabilityOptions: Equatable, Sendable {
  /// Steps from one checkpoint to the next; nil for one an epoch.
  var checkpointEvery: Int?
  /// Checkpoints kept besides the best.
  var keep: Int
  /// Run directory or checkpoint to go on from.
  var resume: String?
  /// Whether the options may name another schedule than the checkpoint's.
  var hasNewSchedule: Bool
  /// Seconds after which the run stops with a checkpoint.
  var maxSeconds: Double?
  /// Seconds after which a worker for whom others wait is given up.
  var stallSeconds: Double
}

/// The two momenta of the 1cycle.
struct MomentumRange: Equatable, Sendable {
  /// At the cycle's ends.
  var high: Double
  /// At its middle.
  var low: Double
}

/// The options of `dist-train lr-find`.
struct LearningRateFinderOptions: Equatable, Sendable {
  var shared: SharedOptions
  var startLearningRate: Double
  var endLearningRate: Double
  /// Steps from the one rate to the other.
  var iterations: Int
  var weightDecay: Double
  var output: OutputChoice
  /// Whether a terminal gets a plot.
  var showsPlots: Bool
}

/// The options of `dist-train bench step`.
struct StepBenchmarkOptions: Equatable, Sendable {
  var shared: SharedOptions
  /// Steps that are timed, after the warm-up.
  var steps: Int
  /// Trains on random tokens below this number; nil trains on the corpus.
  var vocabulary: Int?
  /// Whether the result is one JSON object on one line.
  var printsJSON: Bool
}

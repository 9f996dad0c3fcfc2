/// What one training step leaves in the metrics.
public struct StepRecord: Sendable, Equatable {
  /// The step's number in the run, from 1 on.
  public var step: Int
  /// The epoch it belongs to, from 1 on.
  public var epoch: Int
  /// Mean cross-entropy of the step's targets, in nats.
  public var loss: Double
  /// Debiased exponential mean of the losses so far.
  public var smoothedLoss: Double
  /// The learning rate the step used.
  public var learningRate: Double
  /// Adam's first decay rate that the step used.
  public var momentum: Double
  /// The gradient's norm, before any clipping; of every tenth step where nothing is clipped, else nil.
  public var gradientNorm: Double?
  /// Whether the step was left out because its loss or gradient wasn't finite.
  public var isSkipped = false

  /// A record of these values.
  public init(step: Int, epoch: Int, loss: Double, smoothedLoss: Double, learningRate: Double, momentum: Double) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.smoothedLoss = smoothedLoss
    self.learningRate = learningRate
    self.momentum = momentum
  }
}

/// What one epoch with its validation leaves in the metrics and the table.
public struct EpochRecord: Sendable, Equatable {
  /// The epoch's number in the run, from 1 on.
  public var epoch: Int
  /// The smoothed loss at the epoch's last step.
  public var trainLoss: Double
  /// Mean loss over the validation batches.
  public var validLoss: Double
  /// Mean accuracy over the validation batches, 0…1.
  public var accuracy: Double
  /// The other metrics that were asked for.
  public var metrics: [MetricFigure] = []
  /// Wall-clock time of the epoch, its validation included.
  public var seconds: Double

  /// A record of these values.
  public init(epoch: Int, trainLoss: Double, validLoss: Double, accuracy: Double, seconds: Double) {
    self.epoch = epoch
    self.trainLoss = trainLoss
    self.validLoss = validLoss
    self.accuracy = accuracy
    self.seconds = seconds
  }

  /// The value of a metric; not a number where it wasn't asked for.
  public func value(of metric: Metric) -> Double {
    metric.isAccuracy ? accuracy : metrics.first { $0.name == metric.name }?.value ?? .nan
  }
}

/// How fast a stretch of training was, without what lay between its steps such as validations.
public struct SpeedRecord: Sendable, Equatable {
  /// The stretch's last step, from 1 on.
  public var step: Int
  /// Tokens of all workers in a second.
  public var tokensPerSecond: Double

  /// A record of these values.
  public init(step: Int, tokensPerSecond: Double) {
    self.step = step
    self.tokensPerSecond = tokensPerSecond
  }
}

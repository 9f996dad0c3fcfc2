import Training

/// Halves the rate after each epoch, and ends the fit once a validation is good enough.
final class HalveUntil: FitCallback {
  let goodEnough: Double

  init(_ goodEnough: Double) { self.goodEnough = goodEnough }

  var hasBatchHooks: Bool { false }

  func afterEpoch(_ record: EpochRecord, _ fit: inout FitControl) {
    fit.rateFactor *= 0.5
    if record.validLoss < goodEnough { fit.end("the valid loss is below \(goodEnough)") }
  }
}

func ownCallback(_ job: Job) throws {
  let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 20)
  let learn = try Learner(data, .model3, metrics: [.accuracy], hidden: 32, job: job)
  learn.callbacks = [HalveUntil(3), EarlyStopping(patience: 2)]
  try learn.fit(4, learningRate: 1e-2)
}

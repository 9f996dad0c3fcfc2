import Training

func ownMetric(_ job: Job) throws {
  let sure = Metric("sure", mean: { $0.loss < 0.1 ? 1 : 0 })
  let spread = Metric(
    "loss_sd", sums: 2,
    add: { prediction, sums in
      sums[0] += prediction.loss
      sums[1] += prediction.loss * prediction.loss
    },
    value: { sums, predictions in
      let count = Double(predictions)
      let mean = sums[0] / count
      return (sums[1] / count - mean * mean).squareRoot()
    })

  let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 20)
  let metrics = [Metric.accuracy, .perplexity, .topK(5), sure, spread]
  let learn = try Learner(data, .model3, metrics: metrics, hidden: 32, job: job)
  try learn.fitOneCycle(1, maxLearningRate: 3e-3)
}

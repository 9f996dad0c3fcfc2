import Training

func fromFastai(_ job: Job) throws {
  let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 20)
  if job.rank == 0 { print(data.showBatch(rows: 2)) }

  let learn = try Learner(data, .gru(layers: 2, hidden: 32), metrics: [.accuracy], job: job)
  let curve = try learn.findLearningRate()
  let rate = curve.suggestions.first?.learningRate ?? 3e-3
  try learn.fitOneCycle(2, maxLearningRate: rate)

  let (loss, metrics) = try learn.validate()
  if job.rank == 0 {
    print("valid loss \(loss), accuracy \(metrics[0])")
    print(learn.recorder.plotLosses().terminalText(columns: 60, rows: 8))
  }
}

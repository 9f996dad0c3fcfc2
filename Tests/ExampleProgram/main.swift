import Training

// Trains model2 on the text file that the command line names, and draws its losses.
Job.main { job in
  let text = try Corpora.file(CommandLine.arguments.last ?? "", validFraction: 0.2)
  let data = try LanguageModelData(text, batchSize: 16, bptt: 8)

  let learn = try Learner(data, .model2, metrics: [.accuracy], job: job)
  let curve = try learn.findLearningRate()
  try learn.fitOneCycle(5, maxLearningRate: curve.suggestions.first?.learningRate ?? 1e-3)

  if job.rank == 0 {
    print(data.showBatch(rows: 2))
    print(learn.recorder.plotLosses().terminalText())
    try learn.recorder.plotLosses().writeSVG(to: "losses.svg")
  }
}

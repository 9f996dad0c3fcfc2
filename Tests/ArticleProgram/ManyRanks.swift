import Training

func manyRanks(_ job: Job) throws {
  let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 20)
  let learn = try Learner(data, .model3, metrics: [.accuracy], hidden: 32, job: job)
  try learn.fitOneCycle(2, maxLearningRate: 3e-3, keepingIn: "runs/numbers")
  if let digest = try learn.digest() { print("digest \(digest)") }

  if job.rank == 0 {
    let model = try TrainedModel("runs/numbers")
    var settings = TextGeneration.Settings()
    settings.tokens = 12
    settings.temperature = 0
    print(try TextGeneration(model, prompt: "nine thousand", settings).text)
  }
}

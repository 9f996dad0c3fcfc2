import Training

// Trains on the human numbers, and keeps the fit in the directory that the command line names: run again, it goes on.
// A signal makes it stop with a checkpoint.
StopRequest.listen()
Job.main(threads: CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) }) { job in
  let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3)
  let learn = try Learner(data, .model3, metrics: [.accuracy], hidden: 256, job: job)
  try learn.fitOneCycle(
    6, maxLearningRate: 1e-3, keepingIn: CommandLine.arguments[1], checkpointEvery: 50)
  if let digest = try learn.digest() { print("digest \(digest)") }
}

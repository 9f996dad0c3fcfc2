import Foundation
import Training

// Trains on the human numbers, and keeps the fit in the directory that the command line names: run again, it goes on.
// A signal makes it stop with a checkpoint. With a file behind `says` it saves a learner there, and tells what another
// one says that takes it from there. With `tunes` it fine-tunes, kept in the directory behind, if any.
StopRequest.listen()
let arguments = Array(CommandLine.arguments.dropFirst())
let threads = arguments.dropFirst().first.flatMap { Int($0) }
Job.main(threads: threads, stallSeconds: arguments.dropFirst(2).first.flatMap { Double($0) } ?? 600) { job in
  if arguments[0] == "says" { return try say(job, arguments[2]) }
  if arguments[0] == "tunes" { return try tune(job, arguments.dropFirst(2).first) }
  let data = try LanguageModelData(.humanNumbers, batchSize: 64, bptt: 3)
  let learn = try Learner(data, .model3, metrics: [.accuracy], hidden: 256, job: job)
  try learn.fitOneCycle(
    6, maxLearningRate: 1e-3, keepingIn: arguments[0], checkpointEvery: 50)
  if let digest = try learn.digest() { print("digest \(digest)") }
}

/// Writes a line to a file of each process, the same on all, since a launcher may mix what they print, and prints the
/// digest of a state that was gone back to.
func say(_ job: Job, _ file: String) throws {
  func learner() throws -> Learner {
    let learn = try Learner(
      LanguageModelData(.humanNumbers, batchSize: 32, bptt: 40), .gru(layers: 2, hidden: 16), job: job)
    learn.output = { _ in }
    return learn
  }
  let first = try learner()
  try first.fit(1)
  try first.save(file, everything: true)
  let learn = try learner()
  try learn.load(file)
  try learn.fineTune(1)
  let predictions = try learn.predictions(probabilities: true)
  let confused = try learn.mostConfused(minimum: 20).map { "\($0.actual)>\($0.predicted) \($0.count)" }
  let results = try learn.showResults(rows: 2, tokens: 6).rows.map { "\($0.target) / \($0.prediction)" }
  var parts = [try learn.predict("one", tokens: 8), "\(try learn.perplexity())", "\(predictions.loss)"]
  parts += ["\(predictions.probabilities.reduce(0) { 0.9 * $0 + $1 })"] + confused + results
  // Nobody has written before all have read.
  do {
    try learn.fit(1, learningRate: 1e37)
  } catch let error as RunError {
    parts.append("\(error.problem) after \(learn.recorder.steps.count)")
  }
  do { try learn.load(file + ".none") } catch let error as RunError { parts.append("\(error.status)") }
  try learn.load(file)
  try learn.fit(1)
  try parts.joined(separator: "; ").write(toFile: "\(file).\(job.rank)", atomically: false, encoding: .utf8)
  if let digest = try learn.digest() { print("digest \(digest)") }
}

/// Fine-tunes and prints the digest; where that is kept in a directory, run again, it goes on. Either part takes long
/// enough for a signal to come into it on the fastest core.
func tune(_ job: Job, _ directory: String?) throws {
  let learn = try Learner(
    LanguageModelData(.humanNumbers, batchSize: 16, bptt: 5), .gru(layers: 2, hidden: 32), job: job)
  try learn.fineTune(12, frozenEpochs: 12, keepingIn: directory, checkpointEvery: 200)
  if let digest = try learn.digest() { print("digest \(digest)") }
}

internal import Teams
internal import Training

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The time of a training step, with what belongs to reading it.
func runStepBenchmark(_ options: StepBenchmarkOptions) throws {
  var configuration = try RunConfiguration(options.shared)
  configuration.randomVocabulary = options.vocabulary
  let resolved = configuration
  try options.shared.run { team in
    let session = try Session(resolved, team: team)
    let times = session.timeSteps(options.steps)
    guard team.rank == 0 else { return }
    let figures = figures(options, times, vocabulary: session.vocabulary.count, workers: team.size)
    if options.printsJSON {
      print(JSONValue.object(figures).text)
    } else {
      for (name, value) in figures { print("\(name) \(value.text)") }
    }
  }
}

private func figures(
  _ options: StepBenchmarkOptions, _ times: StepTimes, vocabulary: Int, workers: Int
) -> [(name: String, value: JSONValue)] {
  let shared = options.shared
  let tokens = Double(shared.batchSize * shared.bptt)
  let hidden = Double(shared.hidden)
  let operations = tokens * (6 * hidden * hidden + 6 * hidden * Double(vocabulary))
  let gflops = operations / (times.medianMicroseconds * 1e3)
  return [
    ("workers", .integer(workers)), ("ranks", .integer(workers)), ("threads", .integer(1)),
    ("model", .string(shared.model.name)), ("hidden", .integer(shared.hidden)), ("vocab", .integer(vocabulary)),
    ("batch_size", .integer(shared.batchSize)), ("bptt", .integer(shared.bptt)), ("steps", .integer(options.steps)),
    ("us_per_step_median", .number(times.medianMicroseconds)),
    ("tokens_per_second", .number(tokens / times.medianMicroseconds * 1e6)), ("model_gflops", .number(gflops)),
    ("peak_gflops_per_core", .number(times.peakGFLOPS)),
    ("fraction_of_peak", .number(gflops / (times.peakGFLOPS * Double(workers)))),
    ("reduce_us_median", .number(times.reduceMicroseconds)), ("bytes_reduced_per_step", .integer(times.bytesReduced)),
    ("peak_rss_bytes", .integer(peakMemory())),
  ]
}

/// Peak resident memory of this process in bytes. Calls `getrusage`.
private func peakMemory() -> Int {
  var usage = rusage()
  // The call fills the structure, during the call.
  _ = unsafe getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

internal import MPI
internal import Platform
internal import Teams
internal import Training

/// Prints the time of a training step, with the figures that it depends on.
///
/// - steps: how many are timed, after a warm-up.
func runStepBenchmark(_ command: CommandJob, steps: Int, printsJSON: Bool) throws {
  let configuration = command.configuration
  try command.runWorkers { team in
    let session = try Session(configuration, team: team, fits: false)
    let times = session.timeSteps(steps)
    guard team.rank == 0 else { return }
    let figures = figures(session, times, steps: steps, peak: measurePeak())
    if printsJSON {
      print(JSONValue.object(figures).text)
    } else {
      for (name, value) in figures { print("\(name) \(value.text)") }
    }
  }
}

private func figures(
  _ session: Session, _ times: StepTimes, steps: Int, peak: Double
) -> [(name: String, value: JSONValue)] {
  let configuration = session.configuration
  let workers = session.team.size
  let ranks = max(1, Launcher.current?.size ?? 1)
  let tokens = Double(configuration.batchSize * configuration.bptt)
  let gflops = session.operationsPerStep / (times.medianMicroseconds * 1e3)
  return [
    ("workers", .integer(workers)), ("ranks", .integer(ranks)), ("threads", .integer(max(1, workers / ranks))),
    ("model", .string(configuration.model.kind.name)), ("hidden", .integer(configuration.hidden)),
    ("vocab", .integer(session.vocabulary.count)), ("batch_size", .integer(configuration.batchSize)),
    ("bptt", .integer(configuration.bptt)), ("steps", .integer(steps)),
    ("us_per_step_median", .number(times.medianMicroseconds)), ("us_per_step_best", .number(times.bestMicroseconds)),
    ("tokens_per_second", .number(tokens / times.medianMicroseconds * 1e6)), ("model_gflops", .number(gflops)),
    ("peak_gflops_per_core", .number(peak)), ("fraction_of_peak", .number(gflops / (peak * Double(workers)))),
    ("reduce_us_median", .number(times.reduceMicroseconds)), ("bytes_reduced_per_step", .integer(times.bytesReduced)),
    ("flops_per_step", .number(session.operationsPerStep)), ("bytes_per_step", .integer(session.bytesPerStep)),
    ("peak_rss_bytes", .integer(peakMemory())),
  ]
}

/// Peak resident memory of this process in bytes. Calls `getrusage`.
private func peakMemory() -> Int {
  var usage = rusage()
  // The call fills the structure, during the call.
  _ = unsafe getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
  #if canImport(Darwin)
    return usage.ru_maxrss
  #else
    return usage.ru_maxrss * 1024
  #endif
}

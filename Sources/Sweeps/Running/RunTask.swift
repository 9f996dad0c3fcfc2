internal import Configuration
internal import Files
internal import Fitting
internal import Jobs
internal import Runs
internal import SystemPackage
internal import Teams

/// One run of a sweep, on threads of this process alone: begun, or gone on with from what an earlier launch has left.
struct RunTask: Sendable {
  let run: SweepRun
  let directory: SweepDirectory
  /// Workers at most.
  let threads: Int
  /// Told of errors that don't end the run.
  let note: @Sendable (RunError) -> Void

  /// How the task has ended.
  enum End: Sendable {
    /// The run is done.
    case done(RunOutcome)
    /// It was asked to stop, and has left a checkpoint.
    case stopped
  }

  /// Does the run, and keeps what it has come to.
  ///
  /// - wantsStop: whether it is to stop, from any thread.
  /// - Throws: `RunError` for what isn't the run's own fault: a file that can't be read or written, say.
  func perform(wantsStop: @escaping @Sendable () -> Bool) throws -> End {
    let clock = ContinuousClock()
    let began = clock.now
    let path = directory.path(of: run)
    try FileOperations.makeDirectories(path)
    waitForLock(path)
    let start = try findStart(path)
    let place = start.resumption == nil ? RunPlace.beginning(path) : .continuing(path)
    let lanes = Lanes(batchSize: run.configuration.batchSize, count: run.configuration.laneCount)
    let workers = try Job.makeOwnWorkers(lanes, threads: min(threads, lanes.count))
    let ends = try workers.run { team in try work(team, start, place, wantsStop) }
    guard let first = ends.first, let end = first.end else { return .stopped }
    let outcome = makeOutcome(end, first.history, clock.now - began)
    try directory.keep(outcome, of: run)
    return .done(outcome)
  }

  /// What one worker's part gives.
  private struct WorkerEnd: Sendable {
    /// How the run has ended, on worker 0; nil for one that was asked to stop.
    var end: RunOutcome.End?
    /// What it has recorded.
    var history: RunHistory
  }

  private func work(
    _ team: any Team, _ start: RunStart, _ place: RunPlace, _ wantsStop: @escaping @Sendable () -> Bool
  ) throws -> WorkerEnd {
    let session = try Session(run.configuration, team: team, awaitsCheckpoint: start.resumption != nil)
    let durable = try DurableRun(session, from: start, at: place, run.keeping)
    let end: FitEnd
    do {
      let rate = try durable.learningRate { _ in }
      var observer = RunObserver()
      observer.wantsStop = wantsStop
      end = try durable.fit(session.plan(learningRate: rate), rate: rate, observer)
    } catch let error as RunError where error.status == .failure {
      // The run's own fault, which all its workers have seen; other runs go on.
      return WorkerEnd(end: .failed("\(error.problem): \(error.place)"), history: durable.history)
    }
    let digest = try durable.writeResults(end)
    try durable.writer?.finish()
    return WorkerEnd(end: digest.map { .finished(digest: $0) }, history: durable.history)
  }

  private func makeOutcome(_ end: RunOutcome.End, _ history: RunHistory, _ time: Duration) -> RunOutcome {
    RunOutcome(
      end, steps: history.steps.last?.step ?? 0, trainLoss: history.steps.last?.smoothedLoss ?? .nan,
      epochs: history.epochs.records, seconds: time / .seconds(1))
  }

  /// The newest intact checkpoint that an earlier launch has left; without one the run begins once more, over what
  /// there is of it.
  private func findStart(_ path: FilePath) throws -> RunStart {
    let checkpoints = path.appending(RunDirectory.File.checkpoints.rawValue)
    guard !CheckpointStore.list(checkpoints).isEmpty else { return .fresh }
    do {
      let resumption = try Resumption.find(path.named, .ofOwnWork(), passedOver: note)
      if resumption.checkpoint.configuration.json == run.configuration.json { return .checkpoint(resumption) }
      note(
        RunError(
          "a run of other options was begun here", at: path.named, remedy: "it begins once more", status: .badData))
    } catch let error as RunError where error.status == .badData {
      note(RunError(error.problem, at: error.place, remedy: "it begins once more", status: .badData))
    }
    return .fresh
  }

  /// Lets a process of an earlier launch end that still has the run: its job is gone, since the sweep is this one's.
  private func waitForLock(_ path: FilePath) {
    for _ in 0..<150 where RunLock.holder(of: path) != nil { pause(microseconds: 100_000) }
  }
}

internal import Files
internal import Jobs
public import Teams

/// How the work on a sweep has gone.
public struct SweepSummary: Sendable {
  /// Runs that are done, those of earlier launches among them.
  public let done: Int
  /// Whether it was asked to stop before all were.
  public let isStopped: Bool
  /// Workers of all processes that had runs to do, or could have had.
  public let workers: Int
  /// Seconds that they spent in runs, together.
  public let busySeconds: Double
  /// Seconds that the work took.
  public let seconds: Double

  /// The share of the workers' time that went into runs: 1 where they were never without one.
  public var efficiency: Double { seconds > 0 ? busySeconds / (seconds * Double(max(1, workers))) : 1 }
}

/// One process's part of the work on a sweep.
///
/// Its runs have threads of their own; the thread that calls `perform` meets those of the other processes some hundred
/// times a second, asleep in between. All see the same lines and so decide alike who begins what, whether to stop, and
/// whose error ends the sweep. A process that is lost is missing from a meeting, which the watchdog sees.
public struct SweepWork {
  private let plan: SweepPlan
  private let directory: SweepDirectory
  private let reporter: SweepReporter

  /// - plan: with the names that its runs have in the directory; reporter: told on process 0.
  public init(_ plan: SweepPlan, _ directory: SweepDirectory, _ reporter: SweepReporter) {
    (self.plan, self.directory, self.reporter) = (plan, directory, reporter)
  }

  /// Does all runs that aren't done. Collective.
  ///
  /// - team: one worker of each process; cores: those that are this process's to compute on; most: runs that it may do
  ///   side by side.
  /// - done: by run, whether an earlier launch has done it; the same on all processes.
  /// - wantsStop: whether this process is asked to stop.
  /// - Throws: the first error, on all processes alike, that isn't a run's own.
  public func perform(
    _ team: any Team, cores: Int, most: Int = .max, done: [Bool], wantsStop: () -> Bool
  ) throws -> SweepSummary {
    let clock = ContinuousClock()
    let exchange = SweepExchange(team)
    let slots = RunSlots(cores: cores, threads: plan.workersPerRun, most: most, directory)
    var waiting = plan.longestFirst.filter { !done[$0] }[...]
    var doneCount = done.count { $0 }
    var isStopping = false
    var pace = MeetingPace()
    team.barrier()
    let began = clock.now
    while true {
      // In this order: what ends in between is busy still, and told of at the next meeting.
      let busy = slots.busy
      let news = slots.takeNews()
      let lines = exchange.complete(
        SweepRound.Line(
          free: isStopping ? 0 : slots.count - busy, busy: busy, done: news.done.count, wantsStop: wantsStop(),
          hasError: news.error != nil, hasNotes: !news.notes.isEmpty))
      doneCount += lines.reduce(0) { $0 + $1.done }
      if lines.contains(where: { $0.done > 0 || $0.hasNotes }) { try tell(news, doneCount, team) }
      if lines.contains(where: \.hasError) {
        try SharedOutcome.agree(team) { () throws(RunError) in if let error = news.error { throw error } }
      }
      isStopping = isStopping || lines.contains(where: \.wantsStop)
      if isStopping { slots.stop() }
      let given = isStopping ? [] : SweepRound.assign(lines, waiting: waiting.count)
      if !given.isEmpty {
        for place in given[team.rank] {
          let number = waiting[waiting.startIndex + place]
          slots.start(number, plan.runs[number])
        }
        waiting = waiting.dropFirst(given.reduce(0) { $0 + $1.count })
      }
      // What was begun here is busy at the next meeting.
      if lines.allSatisfy({ $0.busy == 0 }), given.allSatisfy(\.isEmpty) { break }
      for run in news.done { pace.note(seconds: run.outcome.seconds) }
      pace.sleep()
    }
    let seconds = (clock.now - began) / .seconds(1)
    let shares = team.gather(Array("\(slots.count * slots.threads) \(slots.secondsSpent)".utf8)).map { share in
      String(decoding: share, as: UTF8.self).split(separator: " ").compactMap { Double($0) }
    }
    return SweepSummary(
      done: doneCount, isStopped: doneCount < plan.runs.count, workers: Int(shares.reduce(0) { $0 + $1[0] }),
      busySeconds: shares.reduce(0) { $0 + $1[1] }, seconds: seconds)
  }

  /// Has the reporter told of what is new, by each process; on process 0. Collective.
  private func tell(_ news: RunSlots.News, _ doneCount: Int, _ team: any Team) throws {
    let done = news.done.map { run in
      JSONValue.object([("run", .integer(run.run)), ("outcome", run.outcome.json)])
    }
    let notes = news.notes.map { JSONValue.string(String(decoding: $0.message, as: UTF8.self)) }
    let own = JSONValue.array([.array(done), .array(notes)])
    var told: [(run: Int, outcome: RunOutcome)] = []
    for message in team.gather(Array(own.text.utf8)) {
      guard case .array(let parts)? = try? JSONValue(parsing: message), parts.count == 2,
        case .array(let runs) = parts[0], case .array(let notes) = parts[1]
      else { continue }
      for case .string(let note) in notes { reporter.note(RunError(message: Array(note.utf8))) }
      for run in runs {
        guard case .integer(let number)? = run["run"], let outcome = run["outcome"].flatMap({ RunOutcome(json: $0) })
        else { continue }
        told.append((number, outcome))
      }
    }
    for (place, run) in told.enumerated() {
      reporter.done(plan.runs[run.run], run.outcome, doneCount - told.count + place + 1)
    }
  }
}

/// How long a process sleeps between two meetings: a hundredth of what a run takes, so that no worker waits long for
/// its next one, and the meetings take next to nothing.
private struct MeetingPace {
  private var milliseconds = 1.0
  private var known: (sum: Double, count: Double) = (0, 0)

  mutating func note(seconds: Double) {
    known = (known.sum + seconds, known.count + 1)
    milliseconds = (known.sum / known.count * 10).clamped(to: 1...50)
  }

  mutating func sleep() {
    pause(microseconds: UInt32(milliseconds * 1000))
    if known.count == 0 { milliseconds = min(milliseconds * 1.05, 20) }
  }
}

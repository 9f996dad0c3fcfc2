internal import Files
internal import Jobs
internal import Synchronization
internal import Teams

/// The runs that this process does side by side, each on a thread of its own.
///
/// The thread that starts them looks now and then at what has become of them.
final class RunSlots: Sendable {
  /// What has become of runs since it was looked at last.
  struct News: Sendable {
    /// Runs that are done, by number.
    var done: [(run: Int, outcome: RunOutcome)] = []
    /// The first error that ends the sweep.
    var error: RunError?
    /// Errors that end nothing.
    var notes: [RunError] = []
  }

  private struct State {
    var busy = 0
    var news = News()
    /// Core seconds in runs that have ended.
    var spent = 0.0
  }

  /// Runs that fit side by side; 0 in a process that is idle.
  let count: Int
  /// Workers of each.
  let threads: Int
  private let directory: SweepDirectory
  private let state = Mutex(State())
  private let stops = Atomic(false)

  /// - cores: those that are this process's to compute on; threads: workers that a run is to have; most: runs that may
  ///   be side by side.
  init(cores: Int, threads: Int, most: Int, _ directory: SweepDirectory) {
    self.threads = max(1, min(threads, cores))
    count = min(most, Self.count(cores: cores, threads: threads))
    self.directory = directory
  }

  /// Runs that cores suffice for.
  static func count(cores: Int, threads: Int) -> Int { cores / max(1, min(threads, cores)) }

  /// Slots that have a run.
  var busy: Int { state.withLock { $0.busy } }

  /// Seconds that workers have spent in runs, each counted.
  var secondsSpent: Double { state.withLock { $0.spent } * Double(threads) }

  /// Has all runs stop soon.
  func stop() { stops.store(true, ordering: .relaxed) }

  /// What is new since this was called last.
  func takeNews() -> News {
    state.withLock { state in
      defer { state.news = News() }
      return state.news
    }
  }

  /// Starts the run of this number. There is a slot for it.
  func start(_ number: Int, _ run: SweepRun) {
    let task = RunTask(run: run, directory: directory, threads: threads) { [self] error in
      state.withLock { $0.news.notes.append(error) }
    }
    state.withLock { $0.busy += 1 }
    let clock = ContinuousClock()
    let began = clock.now
    do {
      // Pages and tables are made on it.
      try startThread(stackByteCount: 8 << 20) { [self] in
        let result = Result { try task.perform { [self] in stops.load(ordering: .relaxed) } }
        end(number, result, seconds: (clock.now - began) / .seconds(1))
      }
    } catch {
      end(number, .failure(error), seconds: 0)
    }
  }

  private func end(_ number: Int, _ result: Result<RunTask.End, any Error>, seconds: Double) {
    state.withLock { state in
      state.busy -= 1
      state.spent += seconds
      switch result {
      case .success(.done(let outcome)): state.news.done.append((number, outcome))
      case .success(.stopped): break
      case .failure(let error):
        let known = RunError(lacking: error) ?? error as? RunError
        state.news.error =
          state.news.error ?? known
          ?? RunError("\(error)", at: "a sweep's run", remedy: "run the same command again", status: .failure)
      }
    }
  }
}

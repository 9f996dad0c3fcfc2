internal import Files
internal import Fitting
internal import Teams

/// The sessions of this process's workers, kept between runs of the team.
///
/// Each is made and used by its own worker's thread, and by one run at a time: that is what makes the class safe to
/// share.
final class LocalSessions: @unchecked Sendable {
  private let workers: LocalWorkers
  private let firstRank: Int
  private var sessions: [Session?]

  /// Makes a session for every worker of this process. Collective.
  init(_ workers: LocalWorkers, make: @escaping @Sendable (any Team) throws -> Session) throws {
    self.workers = workers
    firstRank = workers.teams[0].rank
    sessions = workers.teams.map { _ in nil }
    let made = try workers.run { team in Made(try make(team)) }
    sessions = made.map(\.session)
  }

  /// Calls `body` for every worker of this process with its session, and returns the first one's result. Collective.
  ///
  /// `body` is told whether the worker is the process's first, which runs on the calling thread. After an error that
  /// all workers throw (`RunError.isAgreed`) the team goes on; after any other of several workers it has broken up for
  /// good.
  func run<Output: Sendable>(_ body: @escaping @Sendable (Session, Bool) throws -> Output) throws -> Output {
    let outputs = try workers.run { [self] team -> Result<Output, RunError> in
      let thread = team.rank - firstRank
      guard let session = sessions[thread] else { preconditionFailure("a worker without a session") }
      do {
        return .success(try body(session, thread == 0))
      } catch let error as RunError where error.isAgreed {
        return .failure(error)
      }
    }
    return try outputs[0].get()
  }

  /// Hands a session over from the thread that made it.
  private struct Made: @unchecked Sendable {
    let session: Session
    init(_ session: Session) { self.session = session }
  }
}

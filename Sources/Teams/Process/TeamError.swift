/// Why a team can't be made or has broken up, on one line.
public enum TeamError: Error, Equatable, Sendable, CustomStringConvertible {
  /// More workers than lanes.
  case tooManyWorkers(Int, lanes: Int)
  /// Fewer threads than one.
  case noThreads(Int)
  /// The ranks don't agree on their number of threads.
  case unequalThreads(least: Int, most: Int)
  /// Fewer ranks on a node than one.
  case noRanksPerNode(Int)
  /// The system gives no thread (`pthread_create`); with the error's number.
  case noThread(code: Int32)
  /// Another process's worker has given up.
  case lostWorker
  /// The ranks of a node need more shared memory than its directory has room for.
  case littleSharedMemory(needed: Int, available: Int, directory: String)

  /// What is wrong, on one line.
  public var description: String {
    switch self {
    case .tooManyWorkers(let workers, let lanes): "\(workers) workers for \(lanes) lanes, but each worker needs a lane"
    case .noThreads(let threads): "\(threads) threads in a process, but it needs at least one"
    case .unequalThreads(let least, let most):
      "some ranks have \(least) threads, others \(most), but all need the same number"
    case .noRanksPerNode(let ranks): "\(ranks) ranks on a node, but it needs at least one"
    case .noThread(let code): "the system gives no thread (error \(code))"
    case .lostWorker: "a worker of another rank has given up"
    case .littleSharedMemory(let needed, let available, let directory):
      "too little shared memory: \(needed >> 10) kB needed, \(available >> 10) kB free in \(directory)"
    }
  }
}

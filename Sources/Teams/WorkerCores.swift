/// The cores that the workers of a node run on.
struct WorkerCores: Sendable {
  /// Whether each worker has a core to itself.
  let isOwn: Bool
  /// Where not, the number of cores that they share, the i-th worker with the (i + count)-th; 1 where that isn't known.
  let count: Int
  /// The core that each of this process's workers keeps to, by thread; empty where the system chooses.
  private let cores: [Int]

  /// Each worker has one, of the system's choice.
  static let own = WorkerCores(isOwn: true, count: 1, cores: [])
  /// There are fewer, and the system chooses.
  static let unknown = WorkerCores(isOwn: false, count: 1, cores: [])

  /// Workers take turns on fewer cores, a bit for each, of which all their processes may use every one.
  ///
  /// Left to the system, four workers on two cores lie three on one and one on the other for seconds.
  ///
  /// - first: this process's first worker, among those that share.
  static func shared(_ set: [UInt8], first: Int, threads: Int) -> WorkerCores {
    let numbers = coreNumbers(set)
    guard numbers.count > 1 else { return unknown }
    let cores = (first..<(first + threads)).map { numbers[$0 % numbers.count] }
    return WorkerCores(isOwn: false, count: numbers.count, cores: cores)
  }

  /// Runs `body`, of the worker on this thread, on the worker's core.
  func run(thread: Int, _ body: () throws -> Void) rethrows {
    guard thread < cores.count else { return try body() }
    let before = coreSet()
    var own = [UInt8](repeating: 0, count: before.count)
    own[cores[thread] / 8] = 1 << (cores[thread] % 8)
    setCoreSet(own)
    defer { setCoreSet(before) }
    try body()
  }
}

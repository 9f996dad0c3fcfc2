internal import MPI
internal import Teams
internal import Training

internal import Platform

/// The cores that a launcher leaves to the processes that it has started on a node.
struct BoundCores: Equatable {
  /// Processes on the node.
  let processes: Int
  /// Cores that each may use.
  let ofEach: Int
  /// Cores that the job has on the node.
  let ofJob: Int
  /// Cores that one or another of them may use, where that is known: several may share some.
  var together: Int?

  /// Those of this node; nil without a launcher.
  ///
  /// - together: cores that one or another process of the node may use; nil where that isn't known.
  static func current(together: Int?) -> BoundCores? {
    guard let launcher = Launcher.ofEnvironment else { return nil }
    // The variables' texts are copied before anything could change the environment.
    func number(_ name: String) -> Int? { unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) } }
    return BoundCores(
      processes: launcher.ranksOnNode,
      ofEach: usableCores(), ofJob: min(number("SLURM_CPUS_ON_NODE") ?? .max, onlineCores()), together: together)
  }

  /// Cores that the processes use together.
  var used: Int { min(processes * ofEach, together ?? .max) }

  /// Whether at most half of the cores can be used, though there is work for more.
  ///
  /// - threads: of each process, where a number is asked for, which may be one that fits the cores.
  func isFew(lanes: Int, threads: Int? = nil) -> Bool {
    2 * used <= ofJob && used < lanes && threads.map { $0 * processes > used } ?? true
  }

  /// Says so on standard error if `isFew`.
  func report(lanes: Int, threads: Int?) {
    guard isFew(lanes: lanes, threads: threads) else { return }
    writeErrorLine(
      RunError(
        "\(used) of \(ofJob) cores can be used", at: "the launcher has bound each process to \(ofEach)",
        remedy: "give mpirun --bind-to none, srun --cpus-per-task, or more ranks", status: .success))
  }
}

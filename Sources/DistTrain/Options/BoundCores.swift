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

  /// Those of this node; nil without a launcher.
  static var current: BoundCores? {
    guard let launcher = Launcher.ofEnvironment else { return nil }
    // The variables' texts are copied before anything could change the environment.
    func number(_ name: String) -> Int? { unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) } }
    return BoundCores(
      processes: launcher.ranksOnNode,
      ofEach: usableCores(), ofJob: min(number("SLURM_CPUS_ON_NODE") ?? .max, onlineCores()))
  }

  /// Cores that the processes use together, where each has cores of its own.
  var used: Int { processes * ofEach }

  /// Whether at most half of the cores can be used, though there is work for more.
  func isFew(lanes: Int) -> Bool { 2 * used <= ofJob && used < lanes }

  /// Says so on standard error if `isFew`.
  func report(lanes: Int) {
    guard isFew(lanes: lanes) else { return }
    writeErrorLine(
      RunError(
        "\(used) of \(ofJob) cores can be used", at: "the launcher has bound each process to \(ofEach)",
        remedy: "give mpirun --bind-to none, srun --cpus-per-task, or more ranks", status: .success))
  }
}

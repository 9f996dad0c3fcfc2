import Foundation

/// The program that starts ranks: each MPI library has its own, and a machine may have both.
public enum MPILauncher: Sendable {
  case openMPI
  case mpich

  /// That of the library which the build was made with, chosen as Package.swift chooses.
  public static let ofThisBuild: MPILauncher =
    ProcessInfo.processInfo.environment["DIST_TRAIN_MPI"] == "mpich" ? .mpich : .openMPI

  /// That of the other library.
  public var other: MPILauncher { self == .openMPI ? .mpich : .openMPI }

  /// What is typed to start it. `mpirun` alone is the one that the machine prefers, where it has both.
  public var command: String { Self.isOnPath(fullName) ? fullName : "mpirun" }

  /// Whether it is installed under its full name.
  public var isInstalled: Bool { Self.isOnPath(fullName) }

  /// Debian's name.
  public var fullName: String {
    switch self {
    case .openMPI: "mpirun.openmpi"
    case .mpich: "mpirun.mpich"
    }
  }

  /// What it needs to start ranks as root, and more of them than the machine has cores.
  ///
  /// - scratch: a directory of this job's own. Open MPI's jobs of one user otherwise share one, which the last to leave
  ///   removes while another may be entering.
  func environment(scratch: String) -> [String: String] {
    switch self {
    case .openMPI:
      [
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_MCA_orte_tmpdir_base": scratch,
      ]
    case .mpich: [:]
    }
  }

  /// Whether a command of this name can be run.
  public static func isOnPath(_ name: String) -> Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
  }
}

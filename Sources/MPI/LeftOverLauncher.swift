internal import Platform

/// A launcher that the environment tells of and that isn't there any more: its variables were inherited by a shell or a
/// script that one of its processes had started.
extension Launcher {
  /// Variables by which a process takes itself for one of several. Without them it is on its own.
  private static let names = [
    "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_SIZE", "PMI_RANK", "PMIX_RANK", "SLURM_STEP_NUM_TASKS",
    "SLURM_PROCID",
  ]

  /// Those of them that are set.
  public static func variables(value: (String) -> String?) -> [String] { names.filter { value($0) != nil } }

  /// Those of this process's environment.
  public static var variables: [String] { variables { name in getenv(name).map { String(cString: $0) } } }

  /// Whether this launcher is known to be gone, by what the environment says of where it can be reached: Open MPI's and
  /// Slurm's by a port on which nothing listens, MPICH's by a file descriptor that isn't open.
  public static func isGone(value: (String) -> String?) -> Bool {
    if let file = value("PMI_FD").flatMap({ Int32($0) }) { return fcntl(file, F_GETFD) == -1 }
    let addresses = ["PMIX_SERVER_URI4", "PMIX_SERVER_URI3", "PMIX_SERVER_URI21", "PMIX_SERVER_URI2"]
    guard let address = addresses.compactMap({ value($0) }).first, let port = port(of: address) else {
      return false
    }
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { text(of: $0) }
    return !tables.isEmpty && !tables.contains { hasListener(on: port, in: $0) }
  }

  /// Whether the launcher of this process is known to be gone.
  public static var isGone: Bool { isGone { name in getenv(name).map { String(cString: $0) } } }

  /// The port of `<name>;tcp4://127.0.0.1:40721`; nil for an address of another form.
  static func port(of address: String) -> UInt16? {
    guard address.contains(";tcp4://") || address.contains(";tcp6://") else { return nil }
    return address.split(separator: ":").last.flatMap { UInt16($0) }
  }

  /// Whether a table of sockets (`/proc/net/tcp`) has one that waits for connections on that port.
  static func hasListener(on port: UInt16, in table: String) -> Bool {
    table.split(separator: "\n").dropFirst().contains { line in
      let fields = line.split(separator: " ")
      // 0A: TCP_LISTEN.
      guard fields.count > 3, fields[3] == "0A", let local = fields[1].split(separator: ":").last else { return false }
      return UInt16(local, radix: 16) == port
    }
  }

  /// The text of a system file; nil if it can't be read.
  private static func text(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var text: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&bytes, 1, bytes.count, file)
      if count == 0 { return String(decoding: text, as: UTF8.self) }
      text += bytes[..<count]
    }
  }
}

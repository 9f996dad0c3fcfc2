internal import Platform

extension Launcher {
  /// Has MPICH's launcher (Hydra) end all processes of the job, and return `code`: it lets them run when one ends
  /// before MPI is up, and they would wait in `MPI_Init` for ever. Other launchers do so by themselves.
  ///
  /// It listens on the file descriptor `PMI_FD`, in lines of the protocol PMI 1.
  static func endJob(code: Int32) {
    func number(_ name: String) -> Int32? { getenv(name).flatMap { Int32(String(cString: $0)) } }
    // Slurm has a PMI_FD too, with another protocol, but doesn't say the number of ranks on the node by this name.
    guard code != 0, number("MPI_LOCALNRANKS") != nil, number("OMPI_COMM_WORLD_SIZE") == nil,
      let file = number("PMI_FD"), fcntl(file, F_GETFD) != -1
    else { return }
    let message = Array("cmd=abort exitcode=\(code)\n".utf8)
    // Where it doesn't get through, the launcher isn't there any more.
    _ = message.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  }
}

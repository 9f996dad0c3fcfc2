#if MPI
  internal import CMPI

  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #elseif canImport(Darwin)
    internal import Darwin
  #endif

  extension Communicator {
    /// Returns when all ranks have come here, like `barrier`, but waits asleep: the core is left to others, and it takes up to a
    /// millisecond longer (`MPI_Ibarrier`, `MPI_Test`).
    public func quietBarrier() throws(MPIError) {
      var request = CMPI_REQUEST_NULL()
      try MPIError.check("MPI_Ibarrier", MPI_Ibarrier(handle, &request), rank: worldRank)
      while true {
        var isDone: Int32 = 0
        try MPIError.check("MPI_Test", MPI_Test(&request, &isDone, CMPI_STATUS_IGNORE()), rank: worldRank)
        if isDone != 0 { return }
        usleep(1000)
      }
    }
  }
#endif
